"""Records of the test's own on real PostgreSQL, and deployments to write into them."""

from __future__ import annotations

import pytest

from pipeline.apply.records import Record, begin
from pipeline.observe import store

EVERYWHERE = {"tenant": "globex", "environment": "staging"}


@pytest.fixture
def engine(database):
    """The records, migrated."""
    made = store.connect(database)
    store.migrate(made)
    yield made
    made.dispose()


def record(identifier: str, **changes) -> Record:
    """A deployment that was just begun."""
    digests = dict.fromkeys(("release", "settings", "runtime", "program"), "0" * 64)
    who = {"commit": "c", "author": "a@b.example", "cause": "commit", "state": "started", "bindings": {}}
    return Record(**{"id": identifier, **EVERYWHERE, "epoch": 0, **digests, **who, **changes})


@pytest.fixture
def begun(engine):
    """Begins deployments by id, one after the other."""

    def begin_one(identifier: str, **changes) -> Record:
        return begin(engine, record(identifier, **changes))

    return begin_one
