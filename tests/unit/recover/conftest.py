"""The records, as the tests of observe have them."""

from tests.unit.observe.conftest import ids, keep_events, records, server, tell

__all__ = ["ids", "keep_events", "records", "server", "tell"]
