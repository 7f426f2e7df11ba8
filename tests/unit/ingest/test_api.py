"""Pulls of a customer's API, by a real API, into a real lake."""

from __future__ import annotations

import gzip
import json
from contextlib import closing

from pipeline.cloud import assume_tenant
from pipeline.ingest import landing
from pipeline.ingest.api import Contents
from pipeline.run import Known


def lines(initech, manifest):
    (landed,) = manifest.objects
    return gzip.decompress(initech.read(landed.files[0].key)).decode().splitlines()


def test_all_pages_become_one_object(initech, events):
    """Every customer is landed once, and the pages stand beside the records as they came."""
    manifest = initech.land("customers", events=events)
    (landed,) = manifest.objects
    found = lines(initech, manifest)
    assert len(found) == len(set(found)) == landed.records == 19820
    assert landed.files[0].fields == (
        "AccountNumber", "CustomerID", "ModifiedDate", "PersonID", "StoreID", "TerritoryID", "rowguid",
    )  # fmt: skip
    (pages,) = landed.originals
    original = gzip.decompress(initech.read(pages)).splitlines()
    assert len(original) == 40
    assert sum(len(json.loads(page)["data"]) for page in original) == 19820
    assert landed.source_key.startswith("/customers?..")


def test_a_pull_equal_to_the_live_one_is_known(initech):
    """The set of records is the content, so the second pull brings no object."""
    (first,) = initech.land("customers").objects
    known = Known({first.source_key: first.content_sha256}, contents=frozenset({first.content_sha256}))
    assert initech.land("customers", known, run="r-2").objects == ()


def test_a_pull_begins_at_the_published_watermark_less_the_overlap(initech):
    """What is asked for is what changed since, inclusive; the newest value moves on."""
    known = Known({}, watermark="2014-05-30T00:00:00.000Z")
    manifest = initech.land("currency_rates", known)
    (landed,) = manifest.objects
    dates = [json.loads(line)["ModifiedDate"] for line in lines(initech, manifest)]
    assert min(dates) >= "2014-05-29"
    assert landed.watermark == max(dates)
    assert landed.source_key.startswith("/currency-rates?2014-05-29T00:00:00+00:00..")


def test_the_first_pull_has_no_beginning(initech):
    """Without a watermark everything is read."""
    (landed,) = initech.land("currency_rates").objects
    assert landed.records == 13532
    assert landed.watermark is not None


def test_numbers_are_landed_as_they_are_written(initech):
    """No float on the way: the text of each number is the source's own."""
    manifest = initech.land("currency_rates", Known({}, watermark="2014-05-30T00:00:00.000Z"))
    (landed,) = manifest.objects
    pages = gzip.decompress(initech.read(landed.originals[0])).decode()
    record = lines(initech, manifest)[0]
    number = record.partition('"AverageRate":')[2].partition(",")[0]
    assert f'"AverageRate": {number}' in pages


def test_a_peek_shows_the_first_records(initech):
    """The names and a few records, and nothing is written."""
    binding = initech.binding("customers")
    with closing(
        landing.open_source(binding, assume_tenant(initech.environment, initech.name, "peek", "r-1"))
    ) as source:
        sample = source.peek(binding.pipeline, 3)
        assert source.surplus() == ()
        source._caller.granted |= {"customers.write"}
        assert "customers.write" in source.surplus()[0]
    assert sample is not None
    assert "CustomerID" in sample.fields
    assert len(sample.records) == 3
    assert initech.stored() == []


def test_order_does_not_change_a_pulls_content():
    """The same records in another order are the same content; one more or another is not."""

    def content(*records):
        contents = Contents()
        for record in records:
            contents.add({"a": record}, record.encode())
        return contents.sha256

    assert content("1", "2", "3") == content("3", "1", "2")
    assert len({content("1"), content("1", "1"), content("1", "2"), content()}) == 4
