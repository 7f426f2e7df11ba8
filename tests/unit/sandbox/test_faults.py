"""Each fault does what it says, to its own site only, and is gone after `clear`."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import asyncssh
import pytest

from pipeline.cli.app import main
from pipeline.errors import Missing, Usage
from pipeline.sandbox import faults, records, seed, sources
from tests.conformance.customers import api_client, ask_token, bearer, read, run, session

ORDERS = f"{seed.DIRECTORY}/PurchaseOrderHeader_2011.csv.gz"


@pytest.fixture
def inject(customers, monkeypatch):
    """Switches a fault on; all are off after the test."""
    monkeypatch.setenv("ACME_SANDBOX", str(customers.folder.root))
    yield lambda name, tenant, **options: faults.inject(customers.folder.root, name, tenant, **options)
    faults.clear(customers.folder.root)
    assert not any(faults.read_json(customers.folder.faults, {}).values())
    assert list(customers.folder.backups.iterdir()) == []


@pytest.fixture
def api(customers):
    """Asks the staging API for a resource, with a token of now."""
    source = customers.source("initech")
    with api_client(customers, source) as client:
        headers = bearer(ask_token(customers, source))
        yield lambda resource="/customers", **parameters: client.get(resource, headers=headers, params=parameters)


async def enter(customers, source):
    async with session(customers, source):
        pass


def test_a_wrong_key_is_refused_in_its_environment_only(customers, inject):
    """Staging shuts, production stays open."""
    inject("wrong_key", "globex")
    with pytest.raises(asyncssh.PermissionDenied):
        run(enter(customers, customers.source("globex")))
    run(enter(customers, customers.source("globex", "production")))


def test_a_wrong_key_can_be_one_users(customers, inject):
    """The others of a shared server come in."""
    inject("wrong_key", "globex", user="somebody_else")
    run(enter(customers, customers.source("globex")))


def test_a_wrong_client_secret_gets_no_token(customers, inject):
    """The same fault at an API."""
    inject("wrong_key", "initech")
    assert ask_token(customers, customers.source("initech")).json()["error"] == "invalid_client"


def test_an_expired_token_is_told(inject, api):
    """401 invalid_token, though it was just given."""
    inject("expired_token", "initech")
    answer = api()
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")


def test_503_is_everywhere(customers, inject, api):
    """At the token's address too."""
    inject("http_503", "initech")
    assert api().status_code == 503
    assert ask_token(customers, customers.source("initech")).status_code == 503


def test_a_limited_rate_says_when_to_come_back(inject, api):
    """429 with Retry-After."""
    inject("rate_limited", "initech", requests_per_minute=0)
    answer = api()
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 61


def test_slow_answers_are_slow(inject, api):
    """As slow as told."""
    inject("slow_answers", "initech", seconds=0.4)
    began = time.monotonic()
    assert api().status_code == 200
    assert time.monotonic() - began > 0.4


def test_a_server_that_is_down_breaks_its_connections(customers, inject):
    """An open session ends, a new one finds nobody; afterwards all is as before."""
    source = customers.source("globex")

    async def stay():
        async with session(customers, source) as client:
            inject("sftp_down", "globex")
            while True:
                await client.listdir("/")

    with pytest.raises((ConnectionError, asyncssh.ConnectionLost, asyncssh.SFTPConnectionLost)):
        run(stay())
    with pytest.raises(OSError):
        run(enter(customers, source))
    faults.clear(customers.folder.root, "sftp_down")
    until_open(customers, source)


def until_open(customers, source):
    deadline = time.monotonic() + 10
    while True:
        try:
            return run(enter(customers, source))
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_truncated_file_is_half_a_file(customers, inject):
    """And whole again afterwards."""
    source, whole = customers.source("globex"), seed.purchasing_files()[ORDERS]
    inject("truncated_file", "globex", path=ORDERS)
    assert read(customers, source, ORDERS) == whole[: len(whole) // 2]
    faults.clear(customers.folder.root, "truncated_file", "globex")
    assert read(customers, source, ORDERS) == whole


def test_a_renamed_column_is_seen_in_the_file(customers, inject):
    """The header has another name."""
    inject("renamed_column", "globex", column="Freight", to="FreightCost", path=ORDERS)
    header = gzip.decompress(read(customers, customers.source("globex"), ORDERS)).decode().partition("\n")[0]
    assert "FreightCost" in header.split(",")


def test_a_changed_type_is_seen_in_the_answers(inject, api):
    """A number comes as text, on every page."""
    inject("type_change", "initech", column="CustomerID", resource="customers")
    assert api(limit=1).json()["data"][0]["CustomerID"] == "11,015"


def test_one_edit_at_a_time(customers, inject):
    """A second fault of the same data takes the first one's place, and the original comes back."""
    inject("renamed_column", "globex", column="Freight", to="X", path=ORDERS)
    inject("type_change", "globex", column="Freight", path=ORDERS)
    text = gzip.decompress(read(customers, customers.source("globex"), ORDERS)).decode()
    assert "Freight" in records.rows(text)[0]
    faults.clear(customers.folder.root)
    assert read(customers, customers.source("globex"), ORDERS) == seed.purchasing_files()[ORDERS]


def test_the_newest_file_is_meant_where_none_is_named(customers, inject):
    """The night's drop."""
    source = customers.source("globex")
    seed.drop(customers.folder, source, "/outbound/night.csv", b"A\n1\n", age_s=0)
    inject("truncated_file", "globex")
    assert read(customers, source, "/outbound/night.csv") == b"A\n"
    faults.clear(customers.folder.root)
    sources.inside(customers.folder, source, "/outbound/night.csv").unlink()


def test_the_newest_file_with_the_column_is_meant(customers, inject):
    """A vendors' file has no freight."""
    source = customers.source("globex")
    seed.drop(customers.folder, source, "/outbound/night.csv", b"A\n1\n", age_s=0)
    inject("type_change", "globex", column="Freight")
    assert read(customers, source, "/outbound/night.csv") == b"A\n1\n"
    with pytest.raises(Missing, match="no column `Moon`"):
        inject("type_change", "globex", column="Moon")
    sources.inside(customers.folder, source, "/outbound/night.csv").unlink()


def test_data_that_is_not_there_cannot_be_spoiled(inject):
    """A fault that would do nothing is refused."""
    with pytest.raises(Missing, match="no such data"):
        inject("truncated_file", "globex", path="/outbound/none.csv")


@pytest.mark.parametrize(
    ("name", "tenant", "options", "says"),
    [
        ("sunspots", "globex", {}, "no fault `sunspots`"),
        ("http_503", "globex", {}, "not for sftp"),
        ("http_503", "initech", {"seconds": 1}, "no option `seconds`"),
        ("renamed_column", "globex", {"column": "Freight"}, "must be told `to`"),
        ("http_503", "umbrella", {}, "0 sources"),
    ],
)
def test_a_fault_that_does_not_fit_is_refused(inject, name, tenant, options, says):
    """With the reason, and nothing changed."""
    with pytest.raises(Usage, match=says):
        inject(name, tenant, **options)


def test_every_fault_is_tried_here():
    """A new fault needs a test that sees its effect."""
    source = Path(__file__).read_text()
    assert [name for name in faults.FAULTS if f'inject("{name}"' not in source] == []


def test_a_spoiled_file_is_named(inject):
    """Whoever broke it must know which pipeline to run."""
    assert inject("truncated_file", "globex", path=ORDERS) == "PurchaseOrderHeader_2011.csv.gz"
    assert inject("wrong_key", "globex") == ""


@pytest.mark.parametrize(
    ("name", "tenant", "options", "fix"),
    [
        ("http_503", "globex", {}, "name one of renamed_column, sftp_down"),
        ("type_change", "globex", {}, "add column=VALUE"),
        ("truncated_file", "globex", {"column": "x"}, "write path=VALUE"),
        ("slow_answers", "initech", {"seconds": "soon"}, "write seconds=5"),
        ("wrong_key", "nobody", {}, "name one of globex, initech"),
    ],
)
def test_what_does_not_fit_is_told_with_what_does(inject, name, tenant, options, fix):
    """A wrong word on the command line, so exit code 2."""
    with pytest.raises(Usage) as refused:
        inject(name, tenant, **options)
    assert refused.value.fix.startswith(fix)


def test_only_a_tenant_that_there_is_can_be_cleared(customers, inject, capsys):
    """`clear nobody` clears nothing, and says so with exit code 2."""
    inject("wrong_key", "globex")
    assert main(["sandbox", "fault", "clear", "wrong_key"]) == 2
    assert "fix: name one of globex, initech, or none" in capsys.readouterr().err
    assert faults.is_on(customers.folder, customers.source("globex").site, "wrong_key")
