"""What a customer's API does to us on a bad day: bounded waiting, a clear word, nothing half."""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipeline.cloud import Secret
from pipeline.errors import Conflict, Denied, Throttled, Unreachable
from pipeline.ingest import http
from pipeline.ingest.api import ApiSource
from pipeline.ingest.http import Clock, Pace, Patience, seconds
from pipeline.ingest.source import Held
from pipeline.run import Known
from pipeline.sandbox import faults
from pipeline.settings import Address

TOKEN = (200, {}, {"access_token": "t", "expires_in": 300})
LAST = (200, {}, {"data": [{"CustomerID": 1.50}], "page": {"next": None}})


@dataclass
class Script:
    """An API that gives the answers that it was told, one after the other, and the last one for ever."""

    answers: deque = field(default_factory=deque)
    tokens: deque = field(default_factory=lambda: deque([TOKEN]))
    asked: list = field(default_factory=list)
    url: str = ""

    def next(self, method: str, path: str):
        self.asked.append((method, path))
        queue = self.tokens if method == "POST" else self.answers
        return queue[0] if len(queue) == 1 else queue.popleft()


@pytest.fixture
def script():
    """The script's server on a free port."""
    told = Script()

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            self.rfile.read(int(self.headers.get("content-length", 0)))
            status, headers, body = told.next(self.command, self.path)
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"content-length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = answer  # noqa: N815  names of http.server

        def log_message(self, *_):
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Slept:
    """A clock that only moves when somebody sleeps."""

    at: float = 0.0
    naps: list = field(default_factory=list)

    def sleep(self, duration: float) -> None:
        self.naps.append(duration)
        self.at += duration

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.at, self.sleep)


@pytest.fixture
def slept():
    """The test's own time."""
    return Slept()


@pytest.fixture
def opened(script, initech, slept):
    """The source of initech's customers at the script's server; no cloud is asked."""
    binding = initech.binding("customers")
    endpoint = binding.connector_settings["endpoint"]
    book = {endpoint["url"]: Address(script.url), endpoint["token_url"]: Address(f"{script.url}/token")}
    environment = replace(initech.environment, addresses=book)
    secret = Secret("s", json.dumps({"client_id": "a:b", "client_secret": "hunter2"}))
    source = ApiSource(
        replace(binding, environment=environment), secret, clock=slept.clock, patience=Patience(deadline_s=300)
    )
    yield source
    source.close()


def pull(source):
    """All bodies of a pull."""
    return [body for body, _ in source._answers("")]


def test_too_many_requests_are_obeyed(script, opened, slept, caplog):
    """Retry-After is waited for, and a little more; the log says how long and why."""
    caplog.set_level("INFO", "pipeline.ingest.http")
    script.answers.extend([(429, {"retry-after": "20"}, {}), LAST])
    assert len(pull(opened)) == 1
    assert 20 <= slept.naps[0] <= 21
    (said,) = caplog.messages
    assert re.fullmatch(r"acme: waits 2[01] s for \S+: it answered HTTP 429", said)


def test_waiting_has_a_deadline(script, opened, slept):
    """A server that says an hour is not waited for; its word travels on."""
    script.answers.append((429, {"retry-after": "3600"}, {}))
    with pytest.raises(Throttled) as caught:
        pull(opened)
    assert caught.value.after_s == 3600
    assert slept.naps == []


def test_an_unavailable_service_is_tried_a_few_times(script, opened):
    """Then the run fails, to be tried again later."""
    script.answers.append((503, {}, {}))
    with pytest.raises(Unreachable, match="answered HTTP 503"):
        pull(opened)
    assert len([m for m, _ in script.asked if m == "GET"]) == 4


def test_a_refused_token_is_renewed_once(script, opened):
    """An expired one costs one more call; a storm of 401 ends at once."""
    script.answers.extend([(401, {}, {"error": "invalid_token"}), LAST])
    assert len(pull(opened)) == 1
    assert [m for m, _ in script.asked] == ["POST", "GET", "POST", "GET"]
    script.answers.clear()
    script.answers.append((401, {}, {"error": "invalid_token"}))
    with pytest.raises(Denied, match="HTTP 401 invalid_token"):
        pull(opened)
    assert len(script.asked) == 4 + 3


def test_an_old_token_is_not_used(script, opened, slept):
    """It is renewed before it ends."""
    script.answers.append(LAST)
    pull(opened)
    slept.sleep(280)
    pull(opened)
    assert [m for m, _ in script.asked] == ["POST", "GET", "POST", "GET"]


def test_a_wrong_secret_is_told_and_not_shown(script, opened):
    """The message carries the status and the OAuth2 code."""
    script.tokens[0] = (401, {}, {"error": "invalid_client", "error_description": "hunter2"})
    with pytest.raises(Denied, match="HTTP 401 invalid_client") as caught:
        pull(opened)
    assert "hunter2" not in str(caught.value)


def test_cursors_in_a_loop_are_held(script, opened):
    """Not followed for ever."""
    script.answers.extend([(200, {}, {"data": [], "page": {"next": c}}) for c in ("a", "b", "a")])
    (held,) = list(opened.fetch(Known({}), None))
    assert isinstance(held, Held)
    assert "loop" in held.fault.what
    assert len(script.asked) == 4


@pytest.mark.parametrize(
    "body", [b"<html>", b'{"data": {}}', b'{"data": [1]}', b'{"data": [{"a": NaN}]}', b'{"data": [{"a": 1, "a": 2}]}']
)
def test_an_answer_that_is_none_is_held(script, opened, body):
    """Maintenance pages, other shapes, numbers that are none, names that stand twice."""
    script.answers.append((200, {}, body))
    (held,) = list(opened.fetch(Known({}), None))
    assert (held.fault.kind, held.fault.cause) == ("load", "file_format")


def test_a_redirect_is_refused(script, opened):
    """A token is for one host."""
    script.answers.append((302, {"location": "http://127.0.0.1:9/"}, b""))
    with pytest.raises(Conflict, match="redirect"):
        pull(opened)


def test_an_answer_has_a_largest_size(script, opened, monkeypatch):
    """Beyond it, reading ends."""
    monkeypatch.setattr(http, "MAX_ANSWER", 10)
    script.tokens[0] = (200, {}, b"x" * 100)
    with pytest.raises(Conflict, match="larger than 10 bytes"):
        pull(opened)


def test_an_answer_that_breaks_off_is_no_answer(script, opened):
    """Half a body is not read as a page."""
    script.answers.append((200, {"content-length": "1000"}, b"{"))
    script.answers.append(LAST)
    with pytest.raises(Unreachable, match="RemoteProtocolError"):
        pull(opened)


def test_the_promised_rate_is_kept(slept):
    """Never more calls in a minute than promised."""
    pace, times = Pace(10, slept.clock), []
    for _ in range(35):
        pace.wait()
        times.append(slept.at)
        slept.at += 0.5
    assert all(later - first >= 60 for first, later in zip(times, times[10:], strict=False))


@pytest.mark.parametrize(
    ("text", "expected"), [("7", 7.0), ("", None), ("soon", None), ("Thu, 01 Jan 2026 00:00:00 GMT", 0.0)]
)
def test_retry_after_is_a_number_or_a_date(text, expected):
    """What says nothing is nothing."""
    assert seconds(text) == expected


@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        ("expired_token", Denied, "HTTP 401 invalid_token"),
        ("http_503", Unreachable, "HTTP 503"),
        ("wrong_key", Denied, "invalid_client"),
    ],
)
def test_the_sandboxs_faults_end_a_run_with_a_clear_word(initech, monkeypatch, fault, error, said):
    """And no manifest stands."""
    monkeypatch.setenv("ACME_SANDBOX", str(initech.customers.folder.root))
    faults.inject(initech.customers.folder.root, fault, "initech")
    try:
        with pytest.raises(error, match=said):
            initech.land("customers")
    finally:
        faults.clear(initech.customers.folder.root)
    assert initech.stored() == []
