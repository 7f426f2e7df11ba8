SELECT
    product_id,
    product_number,
    product_name,
    is_made,
    color,
    reorder_point,
    list_price,
    sold_from,
    sold_until
FROM landed
