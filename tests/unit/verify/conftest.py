"""These tests work on a running warehouse."""

from tests.warehouse import snowflake, store

__all__ = ["snowflake", "store"]
