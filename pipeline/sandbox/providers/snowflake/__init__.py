"""The resource types of pulumi-snowflake that the stacks use, on the Snowflake connector."""
