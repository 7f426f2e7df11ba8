"""What a run sees and holds back: it stands in the manifest, ends the run badly, and waits until a person lets go of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline import tasks
from pipeline.attempt import Attempt, ObjectLoad
from pipeline.cloud import assume_tenant
from pipeline.ingest import dismissal, landing
from pipeline.ingest.api import window
from pipeline.run import Known, Waiting, is_window, read_manifest
from tests.ingest import PURCHASING, packed

NAME = f"{PURCHASING}/PurchaseOrderHeader_2011.csv.gz"
OTHER_BYTES = Known({NAME: "0" * 64}, contents=frozenset({"0" * 64}))


def test_what_waits_stands_in_the_manifest_until_it_is_dismissed_by_name(globex, events):
    """A retry reads it there; the next run holds it again; dismissed it is neither held nor landed; other bytes are news."""
    manifest = globex.land("purchase_orders", OTHER_BYTES, events)
    (held,) = manifest.held
    assert (held.source_key, held.cause) == (NAME, "duplicate")
    assert read_manifest(manifest.bytes()) == manifest
    (frozen,) = events.named("ingest.manifest.frozen")
    assert (frozen.data["objects"], frozen.data["held"]) == (3, 1)
    assert globex.land("purchase_orders", OTHER_BYTES) == manifest
    assert globex.land("purchase_orders", OTHER_BYTES, run="r-2").held == manifest.held

    credentials = assume_tenant(globex.environment, "globex", "ingest", "dismiss")
    lake = landing.lake_of(globex.binding("purchase_orders"), credentials)
    assert dismissal.last_version(lake, "/nowhere") is None
    assert dismissal.last_version(lake, NAME) == held.version
    assert dismissal.dismiss(lake, NAME, held.version, "the customer sent it twice", "ada")
    assert not dismissal.dismiss(lake, NAME, held.version, "again", "ada")
    later = globex.land("purchase_orders", OTHER_BYTES, run="r-3")
    assert (later.held, later.objects) == ((), manifest.objects)

    before = globex.file("PurchaseOrderHeader_2011.csv.gz").read_bytes()
    globex.drop("PurchaseOrderHeader_2011.csv.gz", packed("PurchaseOrderID", "1"))
    try:
        (again,) = globex.land("purchase_orders", OTHER_BYTES, run="r-4").held
    finally:
        globex.drop("PurchaseOrderHeader_2011.csv.gz", before)
    assert again.version != held.version


def test_a_file_that_cannot_be_read_waits_as_these_bytes(globex):
    """Its content is unknown, so path, size and time tell it from the good one that comes under its name."""
    name = "PurchaseOrderHeader_torn.csv.gz"
    globex.drop(name, packed("PurchaseOrderID", "1")[:-9])
    try:
        (held,) = globex.land("purchase_orders").held
    finally:
        globex.file(name).unlink()
    assert (held.cause, bool(held.version)) == ("file_format", True)


def test_a_manifest_says_nothing_of_what_is_not_there(globex):
    """A runtime from before the word reads it."""
    manifest = globex.land("purchase_orders")
    assert b'"held"' not in manifest.bytes()
    assert read_manifest(manifest.bytes()).held == ()


def test_a_pulls_name_is_known_as_a_window():
    """And a file's never is."""
    for since in ("", "2026-11-25T00:00:00+00:00"):
        assert is_window(window("purchasing/orders", since, datetime.now(UTC)))
    assert not is_window(NAME)
    assert not is_window("/outbound/a?b..c.csv")


@pytest.fixture
def manifest(globex):
    """Three objects of four; the fourth waits."""
    return globex.land("purchase_orders", OTHER_BYTES)


def test_a_run_that_holds_something_back_fails(manifest):
    """Whatever else it published: its attempt carries what waits, so that the fence says it and nothing of it is lost."""
    made = Attempt("at-1", 0, tuple(ObjectLoad(o.source_key, o.content_sha256) for o in manifest.objects))
    whole = tasks.with_held(made, manifest)
    assert [(load.source_key, load.held) for load in whole.objects if load.held] == [(NAME, True)]
    assert whole.objects[-1].faults[0].cause == "duplicate"
    assert tasks.with_held(made, replace(manifest, held=())) == made
    assert tasks.ended(manifest).ending == "go"
    ended = tasks.ended(replace(manifest, objects=()))
    assert (ended.outcome, ended.ending) == ("held", "fail")
    assert f"{NAME}: load/duplicate: other bytes" in ended.reason
    assert tasks.ended(replace(manifest, objects=(), held=())).outcome == "nothing new"
    assert isinstance(manifest.held[0], Waiting)
