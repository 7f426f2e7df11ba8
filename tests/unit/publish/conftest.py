"""These tests work on a running warehouse."""

from tests.warehouse import lake, snowflake, store

__all__ = ["lake", "snowflake", "store"]
