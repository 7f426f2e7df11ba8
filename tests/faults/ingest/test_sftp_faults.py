"""What a customer's SFTP server does to us on a bad day: no half object, a clear word, and the next run is whole."""

from __future__ import annotations

import json
import multiprocessing
import time
from dataclasses import replace

import asyncssh
import pytest

from pipeline.errors import Denied, Unreachable
from pipeline.ingest.ssh import Session
from pipeline.settings import Address
from tests.ingest import packed

NAME = "PurchaseOrderHeader_fault.csv.gz"
ONLY = {"files": "PurchaseOrderHeader_fault.csv*"}


@pytest.fixture
def dropped(globex):
    """Drops files, and takes them back."""
    paths = []

    def drop(content: bytes, name: str = NAME) -> str:
        paths.append(globex.file(name))
        return globex.drop(name, content)

    yield drop
    for path in paths:
        path.unlink(missing_ok=True)


def large(megabytes: int) -> bytes:
    row = b"1234567890," * 10 + b"\n"
    return b"a,b,c,d,e,f,g,h,i,j,k\n" + row * (megabytes * 2**20 // len(row))


def test_a_truncated_file_waits_and_its_siblings_go_on(globex, dropped, events):
    """Nothing of it is in the manifest; the event says which file, and that it is cut."""
    path = dropped(packed("PurchaseOrderID", *map(str, range(5000)))[:-20])
    manifest = globex.land("purchase_orders", events=events)
    assert len(manifest.objects) == 4
    (held,) = events.named("ingest.object.held")
    (fault,) = held.data["faults"]
    assert held.ids.object == path
    assert (fault["kind"], fault["cause"]) == ("load", "file_format")
    assert "truncated" in fault["what"]


def test_a_file_that_grows_is_left_for_the_next_run(globex, dropped, monkeypatch):
    """It is taken once it rests, with all of its bytes."""
    path = dropped(packed("PurchaseOrderID", "1"))
    before = Session.parts

    def growing(self, *arguments):
        yield from before(self, *arguments)
        with globex.file(NAME).open("ab") as file:
            file.write(packed("2"))

    monkeypatch.setattr(Session, "parts", growing)
    assert globex.land("purchase_orders", fetch=ONLY).objects == ()
    monkeypatch.undo()
    globex.drop(NAME, globex.file(NAME).read_bytes())
    (landed,) = globex.land("purchase_orders", fetch=ONLY, run="r-2").objects
    assert (landed.source_key, landed.records) == (path, 2)


def test_a_connection_that_breaks_leaves_nothing_and_the_next_try_is_whole(globex, dropped, monkeypatch):
    """No object, no upload that waits; the run says that the connection failed."""
    content = large(40)
    dropped(content, "PurchaseOrderHeader_fault.csv")
    before = Session.parts

    def breaking(self, *arguments):
        for number, part in enumerate(before(self, *arguments)):
            if number == 1:
                self._connection.abort()
            yield part

    monkeypatch.setattr(Session, "parts", breaking)
    with pytest.raises(Unreachable, match="the connection failed"):
        globex.land("purchase_orders", fetch=ONLY)
    assert globex.stored() == []
    assert "Uploads" not in globex.s3.list_multipart_uploads(Bucket=globex.bucket)
    monkeypatch.undo()
    (landed,) = globex.land("purchase_orders", fetch=ONLY).objects
    assert globex.read(landed.files[0].key) == content


def test_a_killed_upload_leaves_no_half_object_and_the_next_try_is_whole(globex, dropped):
    """kill -9 between two parts."""
    content = large(64)
    dropped(content, "PurchaseOrderHeader_fault.csv")
    worker = multiprocessing.get_context("fork").Process(
        target=globex.land, args=("purchase_orders",), kwargs={"fetch": ONLY}
    )
    worker.start()
    deadline = time.monotonic() + 20
    while not globex.s3.list_multipart_uploads(Bucket=globex.bucket).get("Uploads"):
        assert time.monotonic() < deadline
        assert worker.is_alive()
        time.sleep(0.005)
    worker.kill()
    worker.join(10)
    assert not [key for key in globex.stored() if "/landing/" in key or "/manifests/" in key]
    (landed,) = globex.land("purchase_orders", fetch=ONLY).objects
    assert globex.read(landed.files[0].key) == content
    assert globex.land("purchase_orders", fetch=ONLY).objects == (landed,)


def test_another_host_key_is_refused(globex):
    """Before anything is said to the server."""
    name = globex.source.site
    addresses = {
        **globex.environment.addresses,
        name: Address(globex.environment.addresses[name].to, "SHA256:" + "A" * 43),
    }
    globex.environment = replace(globex.environment, addresses=addresses)
    with pytest.raises(Denied, match="host key verification failed"):
        globex.land("purchase_orders")


@pytest.mark.parametrize("value", ["other", "broken"])
def test_another_key_is_refused_and_not_shown(globex, value):
    """The message names the user, the host or the secret, never the key."""
    key = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    text = key if value == "other" else key.replace("b3Bl", "xxxx")
    secret = globex.environment.place.secret("globex", "erp_drop")
    globex.aws.root("secretsmanager").put_secret_value(SecretId=secret, SecretString=json.dumps({"private_key": text}))
    said = "Permission denied for user acme_inbound on host" if value == "other" else "no valid private key"
    with pytest.raises(Denied, match=said) as caught:
        globex.land("purchase_orders")
    assert text[50:80] not in str(caught.value)


def test_a_server_that_is_down_is_told(globex):
    """Nobody listens: to be tried again."""
    name = globex.source.site
    addresses = {name: Address("127.0.0.1:9", globex.environment.addresses[name].host_key)}
    globex.environment = replace(globex.environment, addresses=addresses)
    with pytest.raises(Unreachable, match="ConnectionRefusedError"):
        globex.land("purchase_orders")
