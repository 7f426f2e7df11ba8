"""Files of a customer's drop, by a real SFTP server, into a real lake."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import replace

import pytest

from pipeline.ingest import landing
from pipeline.ingest.sftp import complete, odd
from pipeline.ingest.ssh import Entry
from pipeline.run import Known
from tests.ingest import PURCHASING, packed

FILES = "PurchaseOrderHeader_*.csv.gz"


def test_the_customers_files_are_landed_as_they_are(globex, events):
    """Every file of the pattern stands under its content's key, counted, with its header; the manifest lists them."""
    manifest = globex.land("purchase_orders", events=events)
    assert len(manifest.objects) == 4
    for landed in manifest.objects:
        (file,) = landed.files
        content = globex.file(landed.source_key.rpartition("/")[2]).read_bytes()
        assert globex.read(file.key) == content
        assert file.sha256 == landed.content_sha256 == hashlib.sha256(content).hexdigest()
        assert file.sha256 in file.key
        lines = gzip.decompress(content).decode().splitlines()
        assert (file.records, file.fields[0], file.size) == (len(lines) - 1, "PurchaseOrderID", len(content))
    assert sum(o.records for o in manifest.objects) == 4012
    assert [e.name for e in events.sent] == [
        "ingest.run.started",
        *["ingest.object.landed"] * 4,
        "ingest.manifest.frozen",
    ]


def test_a_second_attempt_takes_the_first_ones_manifest(globex, events):
    """Whatever the source shows by then, the run's manifest is frozen."""
    first = globex.land("purchase_orders")
    path = globex.drop("PurchaseOrderHeader_2099.csv.gz", packed("PurchaseOrderID", "1"))
    try:
        assert globex.land("purchase_orders", events=events) == first
        assert events.sent == []
        later = globex.land("purchase_orders", run="r-2")
        assert path in [o.source_key for o in later.objects]
    finally:
        globex.file("PurchaseOrderHeader_2099.csv.gz").unlink()


def test_what_is_live_is_not_landed_again(globex):
    """Nothing new: a manifest without objects."""
    first = globex.land("purchase_orders")
    live = {o.source_key: o.content_sha256 for o in first.objects}
    known = Known(live, contents=frozenset(live.values()))
    assert globex.land("purchase_orders", known, run="r-2").objects == ()
