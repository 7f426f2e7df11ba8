"""The account over HTTP, as the connector speaks it, and what the sandbox itself asks: health, sessions, locks, faults."""

from __future__ import annotations

import contextlib
import gzip
import hmac
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import anyio.to_thread
from fakesnow.converter import from_binding
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from pipeline.sandbox.snowflake import execution, login, result
from pipeline.sandbox.snowflake.account import Account
from pipeline.sandbox.snowflake.problem import Problem
from pipeline.sandbox.snowflake.session import Session

THREADS = 200
VALID_S, MASTER_VALID_S = 3600, 14400
GONE = Problem(390111, "08001", "Session no longer exists. New login required to access the service.")


class Server:
    """The routes. `password` and `fault_token` come from the environment and are compared in constant time."""

    def __init__(self, account: Account, password: str, fault_token: str) -> None:
        self.account, self._password, self._fault_token = account, password, fault_token

    def app(self) -> Starlette:
        routes = [
            Route("/session/v1/login-request", self.log_in, methods=["POST"]),
            Route("/session/token-request", self.renew, methods=["POST"]),
            Route("/session/heartbeat", self.heartbeat, methods=["POST", "GET"]),
            Route("/session", self.session, methods=["POST"]),
            Route("/queries/v1/query-request", self.query, methods=["POST"]),
            Route("/queries/v1/abort-request", self.abort, methods=["POST"]),
            Route("/telemetry/send", self.heartbeat, methods=["POST"]),
            Route("/sandbox/health", self.health),
            Route("/sandbox/sessions", self.sessions),
            Route("/sandbox/locks", self.locks),
            Route("/sandbox/fault", self.fault, methods=["POST"]),
        ]
        return Starlette(routes=routes, lifespan=self._life)

    @contextlib.asynccontextmanager
    async def _life(self, _: Starlette) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        yield
        await run_in_threadpool(self.account.close)

    async def log_in(self, request: Request) -> JSONResponse:
        data = (await _json(request))["data"]
        try:
            session = await run_in_threadpool(
                login.log_in, self.account, data, dict(request.query_params), self._password
            )
        except Problem as error:
            return _refused(error)
        return _ok(
            {
                "token": session.token,
                "masterToken": session.master,
                "validityInSeconds": VALID_S,
                "masterValidityInSeconds": MASTER_VALID_S,
                "sessionId": session.number,
                "serverVersion": "9.0.0",
                "parameters": _parameters(session),
                "sessionInfo": {
                    "databaseName": session.database or None,
                    "schemaName": session.schema or None,
                    "warehouseName": session.warehouse or None,
                    "roleName": session.role,
                },
            }
        )

    async def renew(self, request: Request) -> JSONResponse:
        """The same session under a new token."""
        master = _token(request)
        for session in self.account.everyone():
            if session.master == master:
                return _ok(
                    {
                        "sessionToken": session.token,
                        "masterToken": session.master,
                        "validityInSecondsST": VALID_S,
                        "validityInSecondsMT": MASTER_VALID_S,
                        "sessionId": session.number,
                    }
                )
        return _refused(Problem(390114, "08001", "Authentication token has expired. The user must authenticate again."))

    async def heartbeat(self, request: Request) -> JSONResponse:
        return _ok(None) if _token(request) in self.account.sessions else _refused(GONE)

    async def session(self, request: Request) -> JSONResponse:
        found = self.account.sessions.get(_token(request))
        if found is None:
            return _refused(GONE)
        if request.query_params.get("delete"):
            await run_in_threadpool(self.account.log_out, found)
        return _ok(None)

    async def abort(self, request: Request) -> JSONResponse:
        found = self.account.sessions.get(_token(request))
        if found is not None:
            self.account.locks.cancel(found)
            found.engine.interrupt()
        return _ok(None)

    async def query(self, request: Request) -> JSONResponse:
        found = self.account.sessions.get(_token(request))
        if found is None:
            return _refused(GONE)
        body = await _json(request)
        try:
            return _ok(await run_in_threadpool(_run, self.account, found, body))
        except Problem as error:
            return _refused(error)

    async def health(self, _: Request) -> JSONResponse:
        return JSONResponse({"status": "ok", "account": self.account.name})

    async def sessions(self, request: Request) -> JSONResponse:
        return self._guarded(
            request,
            lambda: [
                {"session": s.number, "user": s.user, "role": s.role, "tag": s.tag, "transaction": s.transaction}
                for s in self.account.everyone()
            ],
        )

    async def locks(self, request: Request) -> JSONResponse:
        return self._guarded(
            request,
            lambda: {
                table: {"session": s.number, "tag": s.tag}
                for table, s in self.account.locks.held().items()
                if isinstance(s, Session)
            },
        )

    async def fault(self, request: Request) -> JSONResponse:
        body = await _json(request)
        return await run_in_threadpool(self._guarded, request, lambda: self._inject(body))

    def _guarded(self, request: Request, work: Callable[[], Any]) -> JSONResponse:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not self._fault_token or not hmac.compare_digest(given.encode(), self._fault_token.encode()):
            return JSONResponse({"error": "no such token"}, status_code=403)
        return JSONResponse(work())

    def _inject(self, body: dict[str, Any]) -> dict[str, int]:
        """{abort: tag} | {kill: tag} | {match, tag, times, number, delay_s} | {clear: true}; how many sessions it met."""
        if body.get("clear"):
            self.account.faults.clear()
            return {"sessions": 0}
        if "match" in body:
            self.account.faults.add(
                body["match"], body.get("tag", ""), int(body.get("times", 1)), int(body.get("number", 0)),
                float(body.get("delay_s", 0)),
            )  # fmt: skip
            return {"sessions": 0}
        tag = body.get("abort") or body.get("kill") or ""
        met = [session for session in self.account.everyone() if tag and tag in session.tag]
        for session in met:
            if "kill" in body:
                self.account.log_out(session)
            else:
                with session.lock:
                    session.end(self.account.locks, commit=False)
        return {"sessions": len(met)}


def _run(account: Account, session: Session, body: dict[str, Any]) -> dict[str, Any]:
    describe_only = bool(body.get("describeOnly"))
    ran = [
        execution.run(account, session, body["sqlText"], params, describe_only=describe_only)
        for params in _bindings(body.get("bindings"))
    ]
    (query, total), touched = ran[-1], sum(done.rows for _, done in ran)
    answer = total.body(describe_only=describe_only)
    if len(ran) > 1 and total.kind in result.DML:
        answer["rowset"] = [[str(touched)]]
    return {
        "parameters": _parameters(session),
        "queryId": query,
        "finalDatabaseName": session.database or None,
        "finalSchemaName": session.schema or None,
        "finalWarehouseName": session.warehouse or None,
        "finalRoleName": session.role,
        **answer,
    }


def _bindings(bindings: dict[str, Any] | None) -> list[Any]:
    """The parameters of each run: one, or as many as an array binding has rows."""
    if not bindings:
        return [None]
    columns = [bindings[str(n)] for n in range(1, len(bindings) + 1)]
    if isinstance(columns[0]["value"], list):
        values = [[from_binding({**column, "value": value}) for value in column["value"]] for column in columns]
        return [list(row) for row in zip(*values, strict=True)]
    return [[from_binding(column) for column in columns]]


def _parameters(session: Session) -> list[dict[str, Any]]:
    return [
        {"name": "AUTOCOMMIT", "value": session.autocommit},
        {"name": "TIMEZONE", "value": "Etc/UTC"},
        {"name": "CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY", "value": 3600},
        {"name": "CLIENT_STAGE_ARRAY_BINDING_THRESHOLD", "value": 0},
    ]


async def _json(request: Request) -> dict[str, Any]:
    body = await request.body()
    if request.headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    found: dict[str, Any] = json.loads(body or b"{}")
    return found


def _token(request: Request) -> str:
    return request.headers.get("authorization", "").removeprefix("Snowflake Token=").strip('"')


def _ok(data: Any) -> JSONResponse:
    return JSONResponse({"data": data, "code": None, "message": None, "success": True})


def _refused(error: Problem) -> JSONResponse:
    code = f"{error.number:06d}"
    data = {"errorCode": code, "sqlState": error.state}
    return JSONResponse({"data": data, "code": code, "message": error.text, "success": False})
