"""Real tenants, real ERP data: every pipeline of the repository goes from landed files to what readers see."""

import gzip
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.credentials import Credentials

from pipeline.attempt import read_attempt, read_audit
from pipeline.load.loading import load
from pipeline.naming import landing_key
from pipeline.publish import fence, known
from pipeline.publish.fence import Kind
from pipeline.release import document_of
from pipeline.run import LandedFile, LandedObject
from pipeline.sandbox import folder as folders
from pipeline.spec.compilation import compile_release
from pipeline.spec.tenant import read_tenant
from pipeline.verify.auditing import verify
from tests.warehouse import Sink

REPOSITORY = Path(__file__).parents[3]
DATA = Path(folders.__file__).parent / "data"
DROPS = [
    ("purchase_orders", "PurchaseOrderHeader"),
    ("purchase_order_lines", "PurchaseOrderDetail"),
    ("vendors", "Vendor"),
]


def pipeline_of(tenant: str, name: str):
    read, _ = read_tenant(REPOSITORY, tenant)
    return compile_release(read).pipeline(name)


def landed(store, name: str, content: bytes, suffix: str, fields: tuple[str, ...], records: int) -> LandedObject:
    sha = hashlib.sha256(content).hexdigest()
    key = landing_key(store.tenant, store.pipeline.name, sha, suffix)
    store.world.put(key, content)
    return LandedObject(name, sha, (LandedFile(key, sha, len(content), records, fields),))


def run(store, *objects):
    """The three tasks as a DAG calls them: each hands the next one its result as JSON."""
    keys, sink = Credentials(*store.world.loader), Sink()
    binding, manifest = store.binding(), store.manifest(*objects)
    attempt = read_attempt(json.loads(json.dumps(document_of(load(binding, manifest, keys, sink)))))
    audit = read_audit(json.loads(json.dumps(document_of(verify(binding, attempt, keys, sink)))))
    return fence.publish(binding, manifest, attempt, audit, keys, sink), sink


@pytest.mark.parametrize(("name", "data"), DROPS)
def test_globex_publishes_every_row_of_its_drop(store, name, data):
    """gzip CSV with a header: source = loaded + quarantined + filtered, and readers see what was loaded."""
    one = store(pipeline_of("globex", name))
    content = (DATA / f"{data}.csv.gz").read_bytes()
    lines = gzip.decompress(content).decode("utf-8-sig").splitlines()
    outcome, sink = run(
        one, landed(one, f"{data}.csv.gz", content, ".csv.gz", tuple(lines[0].split(",")), len(lines) - 1)
    )
    assert outcome.kind is Kind.PUBLISHED, outcome.held
    counts = outcome.receipts[0]["rows"]
    assert counts["source"] == len(lines) - 1 == counts["loaded"] + counts["quarantined"] + counts["filtered"]
    assert len(one.visible()) == counts["written"] > 0
    assert sink.names() == [
        "load.attempt.started", "load.attempt.loaded", "verify.attempt.verified", "publish.object.published",
        "publish.run.published",
    ]  # fmt: skip


def test_initech_filters_what_its_transform_leaves_out(store):
    """JSON lines of an API pull: rates of a currency to itself are filtered, and the watermark moves with the publish."""
    one = store(pipeline_of("initech", "currency_rates"))
    records = [
        {"CurrencyRateID": n, "CurrencyRateDate": "2011-05-31", "FromCurrencyCode": "USD", "ToCurrencyCode": to,
         "AverageRate": 0.9697, "EndOfDayRate": 1, "ModifiedDate": "2011-05-31T00:00:00.000Z"}
        for n, to in enumerate(("EUR", "USD", "GBP"))
    ]  # fmt: skip
    content = "".join(json.dumps(record) + "\n" for record in records).encode()
    pull = landed(one, "2011-05-31/", content, ".jsonl", tuple(sorted(records[0])), len(records))
    outcome, _ = run(one, replace(pull, watermark="2011-05-31T00:00:00.000Z"))
    assert outcome.receipts[0]["rows"] == {"source": 3, "loaded": 2, "quarantined": 0, "filtered": 1, "written": 2}
    seen = known.known(one.session, one.place, one.tenant, one.pipeline)
    assert seen.watermark == "2011-05-31T00:00:00.000Z"


def test_a_comma_in_every_freight_holds_the_drop(store):
    """The ERP changes how it writes a number: nothing is published, the field and the change are named."""
    one = store(pipeline_of("globex", "purchase_orders"))
    header = gzip.decompress((DATA / "PurchaseOrderHeader.csv.gz").read_bytes()).decode("utf-8-sig").splitlines()[0]
    row = (
        '{n},4,4,256,1658,5,2011-12-15 00:00:00.000,,43878.45,3510.276,"1,096.9613",48485.6873,2011-12-24 00:00:00.000'
    )
    text = "\n".join([header, *(row.format(n=n) for n in range(1, 60))]) + "\n"
    outcome, sink = run(one, landed(one, "bad.csv", text.encode(), ".csv", tuple(header.split(",")), 59))
    assert outcome.kind is Kind.HELD
    assert [(f.kind, f.cause) for f in outcome.held["bad.csv"]] == [("schema", "type_change")]
    assert outcome.held["bad.csv"][0].what.startswith("`Freight` ")
    assert "load.attempt.held" in sink.names()
    assert one.visible() == []
