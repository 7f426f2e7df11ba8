"""Calls to a customer's API: OAuth2 client credentials, our promised rate, its own limits obeyed, everything bounded.

No redirect is followed. Fails with `Denied`, `Missing`, `Conflict`, `Throttled` and `Unreachable`; a message carries status,
path and the error's code, never a header or a body.
"""

from __future__ import annotations

import logging
import random
import re
import time
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlsplit

from pipeline.cloud import Secret
from pipeline.errors import AcmeError, Conflict, Denied, Missing, Throttled, Unreachable
from pipeline.ingest import exact_json
from pipeline.settings import Environment

CONNECT_S, READ_S = 10, 60
MAX_ANSWER = 32 * 2**20
EARLY_S = 30  # a token is renewed so long before it ends
RETRIED = frozenset({429, 500, 502, 503, 504})
SAID_S = 2
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Clock:
    """Time, so that a test need not wait for it."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Patience:
    """How often, and how long in all, a call is tried that the other side puts off."""

    tries: int = 4
    deadline_s: float = 600
    first_wait_s: float = 0.5


CLOCK, PATIENCE = Clock(), Patience()


@dataclass
class Pace:
    """At most so many calls in any 60 seconds."""

    per_minute: int
    clock: Clock
    _calls: deque[float] = field(default_factory=deque)

    def wait(self) -> None:
        while (left := self.left_s()) > 0:
            self.clock.sleep(left)
        if len(self._calls) >= self.per_minute:
            self._calls.popleft()
        self._calls.append(self.clock.now())

    def left_s(self) -> float:
        """How long the next call has to wait."""
        return self._calls[0] + 60 - self.clock.now() if len(self._calls) >= self.per_minute else 0.0


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    retry_after: str

    @property
    def code(self) -> str:
        """The `error` of an OAuth2 answer, where it is a plain word."""
        try:
            said = exact_json.walk(exact_json.read(self.body), "error")
        except ValueError:
            return ""
        return said if isinstance(said, str) and re.fullmatch(r"[a-z_]{1,40}", said) else ""


class Caller:
    """One API as one client. `close` it. `granted` are the scopes that the token address says it gave."""

    def __init__(
        self,
        environment: Environment,
        endpoint: Mapping[str, str],
        secret: Secret,
        scopes: tuple[str, ...],
        pace: Pace,
        patience: Patience = PATIENCE,
    ) -> None:
        import httpx

        self._host = urlsplit(endpoint["url"]).netloc
        self._url, self._token_url = (located(environment, endpoint[key]) for key in ("url", "token_url"))
        self._secret, self._scopes, self._pace, self._patience = secret, scopes, pace, patience
        self._clock = pace.clock
        self._token, self._until = "", 0.0
        self.granted: frozenset[str] = frozenset()
        self._deadline = self._clock.now() + patience.deadline_s
        self._http = httpx.Client(
            follow_redirects=False, trust_env=False, timeout=httpx.Timeout(READ_S, connect=CONNECT_S)
        )

    def close(self) -> None:
        self._http.close()

    def read(self, path: str, parameters: Mapping[str, str]) -> bytes:
        """The body of one good answer. A token that is refused is renewed once."""
        answer = self._resource(path, parameters)
        if answer.status == 401:
            self._token = ""
            answer = self._resource(path, parameters)
        return self._good(answer, path)

    def _resource(self, path: str, parameters: Mapping[str, str]) -> Answer:
        def send() -> Answer:
            self._say_wait(self._pace.left_s(), f"we promised {self._pace.per_minute} requests a minute")
            self._pace.wait()
            headers = {"Authorization": f"Bearer {self._bearer()}", "Accept": "application/json"}
            return self._send("GET", self._url + path, headers=headers, params=dict(parameters))

        return self._patiently(send, path)

    def _bearer(self) -> str:
        if not self._token or self._clock.now() >= self._until:
            body = self._good(self._patiently(self._ask_token, "token address"), "token address")
            document = _document(body, self._host)
            token, life = document.get("access_token"), document.get("expires_in", "300")
            if not isinstance(token, str) or not re.fullmatch(r"[0-9]{1,9}", str(life)):
                raise Conflict("the token address answered without a token.", where=self._host)
            self._token, self._until = str(token), self._clock.now() + max(int(life) - EARLY_S, 0)
            self.granted = frozenset(str(document.get("scope") or "").split())
        return self._token

    def _ask_token(self) -> Answer:
        fields = self._secret.fields()
        if not {"client_id", "client_secret"} <= fields.keys():
            raise Denied(f"the secret {self._secret.name} holds no client_id and client_secret.", fix="put its value")
        pair = ":".join(quote(fields[name], safe="") for name in ("client_id", "client_secret"))
        headers = {"Authorization": f"Basic {b64encode(pair.encode()).decode()}", "Accept": "application/json"}
        form = {"grant_type": "client_credentials", **({"scope": " ".join(self._scopes)} if self._scopes else {})}
        return self._send("POST", self._token_url, headers=headers, data=form)

    def _send(self, method: str, url: str, **request: Any) -> Answer:
        import httpx

        try:
            with self._http.stream(method, url, **request) as response:
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > MAX_ANSWER:
                        raise Conflict(f"an answer is larger than {MAX_ANSWER} bytes.", where=self._host)
                return Answer(response.status_code, bytes(body), response.headers.get("retry-after", ""))
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise Unreachable(f"no whole answer came: {type(error).__name__}: {error}.", where=self._host) from error

    def _patiently(self, send: Callable[[], Answer], what: str) -> Answer:
        """The first answer that does not put us off. Waits as long as the other side says, a little more, within the deadline."""
        for attempt in range(1, self._patience.tries + 1):
            answer = send()
            if answer.status not in RETRIED or attempt == self._patience.tries:
                return answer
            wait = self._wait_s(answer, attempt)
            if self._clock.now() + wait > self._deadline:
                raise self._put_off(answer, what)
            self._say_wait(wait, f"it answered HTTP {answer.status}")
            self._clock.sleep(wait)
        raise AssertionError("a patience has at least one try")

    def _say_wait(self, seconds: float, why: str) -> None:
        """Into the task's log, from where whoever watches the run reads it; a short wait is not worth a line."""
        if seconds > SAID_S:
            _LOG.info("acme: waits %.0f s for %s: %s", seconds, self._host, why)

    def _wait_s(self, answer: Answer, attempt: int) -> float:
        said = seconds(answer.retry_after)
        jitter = random.uniform(0, 1)  # noqa: S311  spreads retries, guards nothing
        return self._patience.first_wait_s * 2 ** (attempt - 1) * (0.5 + jitter) if said is None else said + jitter

    def _put_off(self, answer: Answer, what: str) -> AcmeError:
        said = f"{what} answered HTTP {answer.status} {answer.code}".strip() + "."
        if answer.status == 429:
            return Throttled(said, where=self._host, why="too many requests.", after_s=seconds(answer.retry_after))
        return Unreachable(said, where=self._host, why="the service is unavailable.")

    def _good(self, answer: Answer, what: str) -> bytes:
        if answer.status == 200:
            return answer.body
        if answer.status in RETRIED or answer.status >= 500:
            raise self._put_off(answer, what)
        if 300 <= answer.status < 400:
            raise Conflict(f"{what} answered a redirect (HTTP {answer.status}), which is refused.", where=self._host)
        kinds: dict[int, type[AcmeError]] = {401: Denied, 403: Denied, 404: Missing}
        said = f"{what} answered HTTP {answer.status} {answer.code}".strip() + "."
        raise kinds.get(answer.status, Denied if answer.code == "invalid_client" else Conflict)(said, where=self._host)


def _document(body: bytes, where: str) -> dict[str, Any]:
    try:
        document = exact_json.read(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise Conflict("an answer is no JSON object.", where=where)
    return document


def located(environment: Environment, url: str) -> str:
    """Where a URL of the settings answers: in the sandbox by its address book alone, else as it is, by TLS."""
    if environment.sandbox:
        address = environment.addresses.get(url.rstrip("/"))
        if address is None:
            raise Missing(f"the sandbox has no API for {url}.", fix="./acme sandbox address TENANT")
        return address.to.rstrip("/")
    if urlsplit(url).scheme != "https":
        raise Conflict(f"{url} is not reached by TLS.", fix="write https://")
    return url.rstrip("/")


def seconds(retry_after: str) -> float | None:
    """Retry-After as seconds from now: a number, or a date of HTTP. None where it says nothing."""
    if re.fullmatch(r"[0-9]{1,6}", retry_after.strip()):
        return float(retry_after)
    try:
        at = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max((at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds(), 0.0)
