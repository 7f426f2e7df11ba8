SELECT
    vendor_id,
    account_number,
    vendor_name,
    CASE credit_rating
        WHEN 1 THEN 'superior'
        WHEN 2 THEN 'excellent'
        WHEN 3 THEN 'above_average'
        WHEN 4 THEN 'average'
        WHEN 5 THEN 'below_average'
        ELSE 'unknown'  -- the contract's valid values refuse it, with the row
    END AS credit,
    is_preferred,
    is_active,
    web_service_url,
    modified_at
FROM landed
