"""How tests enter the customers' systems: an SFTP session, an API token."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import asyncssh
import httpx

from pipeline.sandbox import sources
from pipeline.sandbox.folder import read_json


@asynccontextmanager
async def session(customers, source, *, key=None, known_hosts=None):
    """An SFTP session as this source's user, which trusts this site's host key alone."""
    host_key = sources.host_key(customers.folder, source).with_suffix(".pub").read_text()
    trusted = asyncssh.import_known_hosts(f"[127.0.0.1]:{customers.sftp_port(source)} {host_key}")
    async with (
        asyncssh.connect(
            "127.0.0.1",
            customers.sftp_port(source),
            username=source.user,
            client_keys=[str(key or sources.client_key(customers.folder, source))],
            known_hosts=known_hosts or trusted,
            config=None,
            agent_path=None,
        ) as connection,
        connection.start_sftp_client() as client,
    ):
        yield client


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, 20))


def read(customers, source, path) -> bytes:
    """A whole file."""

    async def act():
        async with session(customers, source) as client, client.open(path, "rb") as file:
            return await file.read()

    return run(act())


def api_client(customers, source) -> httpx.Client:
    """A client at the API's address, without a token."""
    return httpx.Client(base_url=customers.api + sources.local_path(source.url), trust_env=False, timeout=20)


def ask_token(customers, source, scope="customers.read rates.read", **changes) -> httpx.Response:
    """The token address's answer to the client that is on file."""
    form = {
        "grant_type": "client_credentials",
        "scope": scope,
        **read_json(sources.client(customers.folder, source), {}),
    }
    return httpx.post(
        customers.api + sources.local_path(source.token_url), data={**form, **changes}, trust_env=False, timeout=20
    )


def bearer(answer: httpx.Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}
