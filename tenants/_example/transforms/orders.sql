-- one SELECT, Snowflake dialect: the contract's columns in the contract's order, FROM landed
SELECT
    order_id,
    revision,
    CASE state
        WHEN 'O' THEN 'open'
        WHEN 'S' THEN 'shipped'
        ELSE 'unknown'  -- the contract's valid values refuse it, with the row
    END AS status,
    ordered_on,
    (net + tax)::NUMBER(13, 2) AS total  -- a sum says its type
FROM landed
