"""The sandbox's Snowflake: fakesnow's translation on DuckDB under a strict layer with rights, locks, transactions and logins."""
