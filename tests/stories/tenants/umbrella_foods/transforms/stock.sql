SELECT
    landed.product_id,
    landed.counted_at::DATE AS counted_on,
    MAX(products.product_name) AS product_name,  -- as the list calls it when the count is loaded
    COUNT(*)::NUMBER(9, 0) AS places,
    SUM(landed.quantity)::NUMBER(18, 0) AS pieces
FROM landed
LEFT JOIN products ON landed.product_id = products.product_id
GROUP BY landed.product_id, landed.counted_at::DATE
