"""Files of a customer's drop, by a real SFTP server, into a real lake."""

from __future__ import annotations

import gzip
import hashlib
from contextlib import closing

import pytest

from pipeline import naming
from pipeline.cloud import assume_tenant
from pipeline.errors import Missing
from pipeline.ingest import landing
from pipeline.ingest.lake import Lake
from pipeline.ingest.sftp import complete, odd
from pipeline.ingest.ssh import Entry
from pipeline.run import Known
from tests.ingest import PURCHASING, packed


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


def test_other_bytes_under_a_known_name_wait(globex, events):
    """They are named, they are in no manifest, and their siblings are."""
    known = Known({f"{PURCHASING}/PurchaseOrderHeader_2011.csv.gz": "0" * 64}, contents=frozenset({"0" * 64}))
    manifest = globex.land("purchase_orders", known, events)
    assert len(manifest.objects) == 3
    (held,) = events.named("ingest.object.held")
    assert held.ids.object == f"{PURCHASING}/PurchaseOrderHeader_2011.csv.gz"
    assert held.data["faults"][0]["cause"] == "duplicate"


def test_known_bytes_are_not_uploaded_again(globex):
    """A second name of the same bytes stands under the same key, stored once."""
    globex.land("purchase_orders")
    versions = {key: globex.s3.head_object(Bucket=globex.bucket, Key=key)["LastModified"] for key in globex.stored()}
    copy = globex.file("PurchaseOrderHeader_2011.csv.gz").read_bytes()
    globex.drop("PurchaseOrderHeader_copy.csv.gz", copy)
    try:
        manifest = globex.land("purchase_orders", run="r-2", same_bytes="load")
    finally:
        globex.file("PurchaseOrderHeader_copy.csv.gz").unlink()
    assert len(manifest.objects) == 5
    assert len({o.files[0].key for o in manifest.objects}) == 4
    stamps = {key: globex.s3.head_object(Bucket=globex.bucket, Key=key)["LastModified"] for key in versions}
    assert stamps == versions


def test_a_large_file_is_stored_under_its_content_and_nothing_else_remains(globex, monkeypatch):
    """Three parts, one object; the place where it came in is empty again, and bore the tag by which a killed run's is deleted."""
    begin, begun = Lake._multipart, {}

    def seen(lake, key, send, **with_):
        begun["incoming" if key.startswith(naming.incoming_prefix("globex")) else "landing"] = with_
        return begin(lake, key, send, **with_)

    monkeypatch.setattr(Lake, "_multipart", seen)
    row = b"1234567890," * 10 + b"\n"
    content = b"a,b,c,d,e,f,g,h,i,j,k\n" + row * (40 * 2**20 // len(row))
    globex.drop("PurchaseOrderHeader_large.csv", content)
    try:
        manifest = globex.land("purchase_orders", fetch={"files": "PurchaseOrderHeader_large.csv"})
    finally:
        globex.file("PurchaseOrderHeader_large.csv").unlink()
    (file,) = manifest.objects[0].files
    assert globex.read(file.key) == content
    assert file.records == content.count(b"\n") - 1
    assert not [key for key in globex.stored() if "incoming" in key]
    assert begun == {"incoming": {"Tagging": "acme-incoming=true"}, "landing": {}}


def test_a_peek_shows_the_newest_files_first_records(globex):
    """Header and texts as they stand, nulls as None, and nothing is written."""
    binding = globex.binding("purchase_orders")
    with closing(landing.open_source(binding, assume_tenant(globex.environment, globex.name, "peek", "r-1"))) as source:
        sample = source.peek(binding.pipeline, 2)
    assert sample is not None
    assert sample.fields[0] == "PurchaseOrderID"
    assert len(sample.records) == 2
    assert globex.stored() == []


NOW = 1_000_000


@pytest.mark.parametrize(
    ("rule", "names", "taken"),
    [
        ({"size_stable_s": 30}, {"a.csv.gz"}, True),
        ({"size_stable_s": 300}, {"a.csv.gz"}, False),
        ({"marker": "*.done"}, {"a.csv.gz"}, False),
        ({"marker": "*.done"}, {"a.csv.gz", "a.csv.gz.done"}, True),
        ({"marker": "*.done"}, {"a.csv.gz", "a.done"}, True),
        ({"marker": "*.done"}, {"a.csv.gz", "b.done"}, False),
    ],
)
def test_when_a_file_is_complete(rule, names, taken):
    """At rest for long enough, or with its marker beside it."""
    entry = Entry(NOW - 60, "a.csv.gz", 5)
    assert complete([entry], names, rule, NOW) == ([entry] if taken else [])


@pytest.mark.parametrize("name", ["a\nb.csv", "a\x00b", "a\\b.csv", ".hidden.csv", "a\udcffb.csv", "../a"])
def test_odd_names(name):
    """They are refused, whatever the pattern."""
    assert odd(name)
    assert not odd("Bestellung Ä.csv.gz")


def test_an_odd_name_waits(globex, events):
    """The object is held by its name, written so that nothing is hidden."""
    globex.drop("PurchaseOrderHeader_a\nb.csv.gz", packed("PurchaseOrderID", "1"))
    try:
        globex.land("purchase_orders", events=events)
    finally:
        globex.file("PurchaseOrderHeader_a\nb.csv.gz").unlink()
    (held,) = events.named("ingest.object.held")
    assert held.data["faults"][0]["what"] == "the file has an unusual name."


def test_a_replay_takes_what_was_landed_and_does_not_ask_the_source(globex):
    """The frozen bytes of earlier runs; what was never landed is named."""
    path = globex.drop("PurchaseOrderHeader_gone.csv.gz", packed("PurchaseOrderID", "1"))
    first = globex.land("purchase_orders")
    globex.file("PurchaseOrderHeader_gone.csv.gz").unlink()
    (again,) = globex.land("purchase_orders", run="r-2", replay=(path,)).objects
    assert again in first.objects
    with pytest.raises(Missing, match="no run has landed /other"):
        globex.land("purchase_orders", run="r-3", replay=("/other",))
