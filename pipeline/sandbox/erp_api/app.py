"""The customers' ERP APIs in one Starlette app: a token address and a path of resources for each site.

A site answers below `/<its host>/<path of its url>`. Reads `sources.json`, `faults.json` and the sites' own data
(`<resource>.jsonl`, one record a line) at every request, so all of them may change while it runs.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from pipeline.sandbox import faults, sources
from pipeline.sandbox.erp_api.pages import BadRequest, page, read_query
from pipeline.sandbox.erp_api.tokens import LIFE_S, Tokens, client_of, same
from pipeline.sandbox.folder import Folder, read_json

SCOPES = frozenset(scope for _, scope in sources.RESOURCES.values())
REQUESTS_PER_MINUTE = 1200


@dataclass
class Erp:
    """What the process holds: tokens, parsed files by (path, mtime), and each site's requests of the last minute."""

    folder: Folder
    tokens: Tokens = field(default_factory=Tokens)
    files: dict[Path, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    recent: dict[str, deque[float]] = field(default_factory=dict)

    def records(self, source: sources.Source, resource: str) -> tuple[str, ...] | None:
        """The site's records of a resource; None where it has none."""
        path = sources.records_file(self.folder, source, resource)
        if not path.exists():
            return None
        stamp = path.stat().st_mtime_ns
        if self.files.get(path, (0, ()))[0] != stamp:
            self.files[path] = (stamp, tuple(path.read_text(encoding="utf-8").splitlines()))
        return self.files[path][1]

    def wait_s(self, site: str, limit: int) -> int:
        """0 where the site may be asked now, else the seconds until it may."""
        now, recent = time.monotonic(), self.recent.setdefault(site, deque())
        while recent and recent[0] <= now - 60:
            recent.popleft()
        if len(recent) >= limit:
            return max(1, int(recent[0] + 61 - now)) if recent else 1
        recent.append(now)
        return 0


def refusal(status: int, error: str, why: str = "", **headers: str) -> JSONResponse:
    return JSONResponse(
        {"error": error, "error_description": why},
        status,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def create(folder: Folder) -> Starlette:
    """The app over one sandbox folder."""
    erp = Erp(folder)

    async def token(request: Request) -> Response:
        return await _faulty(erp, request, _by_token_url, _token)

    async def resource(request: Request) -> Response:
        return await _faulty(erp, request, _by_url, _resource)

    return Starlette(
        routes=[
            Route("/health", lambda _: PlainTextResponse("ok")),
            Route("/{path:path}", token, methods=["POST"]),
            Route("/{path:path}", resource, methods=["GET"]),
        ]
    )


Find = Callable[[Folder, str], "sources.Source | None"]
Answer = Callable[[Erp, Request, sources.Source], Awaitable[Response]]


async def _faulty(erp: Erp, request: Request, find: Find, answer: Answer) -> Response:
    """The answer, unless a fault of the site comes first."""
    source = find(erp.folder, request.url.path)
    if source is None:
        return refusal(404, "not_found")
    if slow := faults.active(erp.folder, source.site, "slow_answers"):
        await asyncio.sleep(float(slow["seconds"]))
    if faults.is_on(erp.folder, source.site, "http_503"):
        return refusal(503, "unavailable", "maintenance")
    return await answer(erp, request, source)


def _by_token_url(folder: Folder, path: str) -> sources.Source | None:
    return next((s for s in sources.kept(folder) if s.kind == "api" and sources.local_path(s.token_url) == path), None)


def _by_url(folder: Folder, path: str) -> sources.Source | None:
    every = (s for s in sources.kept(folder) if s.kind == "api")
    return next((s for s in every if path.startswith(f"{sources.local_path(s.url)}/")), None)


async def _token(erp: Erp, request: Request, source: sources.Source) -> Response:
    form = dict(parse_qsl((await request.body()).decode(errors="replace")))
    if form.get("grant_type") != "client_credentials":
        return refusal(400, "unsupported_grant_type")
    name, secret = client_of(request.headers.get("authorization", ""), form)
    known: dict[str, str] = read_json(sources.client(erp.folder, source), {})
    right = same(name, known["client_id"]) and same(secret, known["client_secret"])
    if not right or faults.is_on(erp.folder, source.site, "wrong_key"):
        return refusal(401, "invalid_client", "unknown client or wrong secret", WWW_Authenticate="Basic")
    scopes = frozenset(form.get("scope", "").split()) or SCOPES
    if not scopes <= SCOPES:
        return refusal(400, "invalid_scope", f"unknown: {' '.join(sorted(scopes - SCOPES))}")
    text = erp.tokens.give(source.site, scopes)
    return JSONResponse(
        {"access_token": text, "token_type": "Bearer", "expires_in": LIFE_S, "scope": " ".join(sorted(scopes))},
        headers={"Cache-Control": "no-store"},
    )


async def _resource(erp: Erp, request: Request, source: sources.Source) -> Response:
    token = erp.tokens.find(request.headers.get("authorization", ""))
    if token is None or token.site != source.site or faults.is_on(erp.folder, source.site, "expired_token"):
        return refusal(401, "invalid_token", "the access token is unknown or expired", WWW_Authenticate="Bearer")
    if wait := erp.wait_s(source.site, _limit(erp.folder, source)):
        return refusal(429, "too_many_requests", Retry_After=str(wait))
    resource = request.url.path.removeprefix(f"{sources.local_path(source.url)}/")
    records = erp.records(source, resource) if resource in sources.RESOURCES else None
    if records is None:
        return refusal(404, "not_found")
    if sources.RESOURCES[resource][1] not in token.scopes:
        return refusal(403, "insufficient_scope", f"needs {sources.RESOURCES[resource][1]}")
    try:
        query = read_query(dict(request.query_params))
        return Response(page(records, query), media_type="application/json")
    except BadRequest as error:
        return refusal(400, "invalid_request", str(error))


def _limit(folder: Folder, source: sources.Source) -> int:
    throttled: dict[str, Any] | None = faults.active(folder, source.site, "rate_limited")
    return int(float(throttled["requests_per_minute"])) if throttled else REQUESTS_PER_MINUTE
