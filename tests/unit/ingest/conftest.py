"""Tenants with a cloud and a customer's system."""

from __future__ import annotations

from tests.ingest import aws, cloud, events, globex, initech

__all__ = ["aws", "cloud", "events", "globex", "initech"]
