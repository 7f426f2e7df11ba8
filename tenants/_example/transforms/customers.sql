-- one SELECT, Snowflake dialect: the contract's columns in the contract's order, FROM landed
SELECT
    customer_id,
    customer_name,
    COALESCE(country, 'ZZ') AS country,
    modified_at
FROM landed
WHERE NOT is_blocked  -- left out on purpose: `filtered` in the receipt
