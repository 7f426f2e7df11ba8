SELECT
    purchase_order_id,
    line_id,
    product_id,
    due_on,
    ordered,
    unit_price,
    (ordered * unit_price)::NUMBER(19, 4) AS line_total,
    received,
    rejected,
    (received - rejected)::NUMBER(8, 2) AS stocked
FROM landed
