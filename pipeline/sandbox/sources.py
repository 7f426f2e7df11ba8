"""The customers' systems that the sandbox stands in for: one source is one connector of a tenant in an environment.

Kept as `sources.json`; the SFTP and API servers read it again whenever it changes, so a source is added while they run.
Each SSH host of a customer gets a port and a host key of its own, each API host a path of its own: staging and production
of one tenant share nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from urllib.parse import urlsplit

from pipeline.errors import Usage
from pipeline.sandbox.folder import Folder, read_json, write, write_json

SFTP_PORT = 22
# the resources that every site has: {path: (table, scope)}
RESOURCES = {
    "customers": ("Customer", "customers.read"),
    "currencies": ("Currency", "rates.read"),
    "currency-rates": ("CurrencyRate", "rates.read"),
    "inventory": ("ProductInventory", "products.read"),
    "product-vendors": ("ProductVendor", "purchasing.read"),
    "products": ("Product", "products.read"),
    "purchase-order-lines": ("PurchaseOrderDetail", "purchasing.read"),
    "purchase-orders": ("PurchaseOrderHeader", "purchasing.read"),
    "vendors": ("Vendor", "purchasing.read"),
}


@dataclass(frozen=True, order=True)
class Source:
    """`secret` is the logical name in the tenant's settings. Of the rest, `host`, `port`, `user` are for sftp, the URLs for api."""

    tenant: str
    environment: str
    secret: str
    kind: Literal["sftp", "api"]
    host: str = ""
    port: int = SFTP_PORT
    user: str = ""
    url: str = ""
    token_url: str = ""

    @property
    def site(self) -> str:
        """The customer's server: `host:port` of an SFTP source, the host of an API."""
        return f"{self.host}:{self.port}" if self.kind == "sftp" else urlsplit(self.url).netloc

    @property
    def port_name(self) -> str:
        """Under which its local port is kept."""
        return f"sftp/{self.site}"


def sftp(tenant: str, environment: str, secret: str, *, host: str, user: str, port: int = SFTP_PORT) -> Source:
    return Source(tenant, environment, secret, "sftp", host=host, port=port, user=user)


def api(tenant: str, environment: str, secret: str, *, url: str, token_url: str) -> Source:
    return Source(tenant, environment, secret, "api", url=url.rstrip("/"), token_url=token_url.rstrip("/"))


def of_settings(document: Mapping[str, Any]) -> list[Source]:
    """The sources that a tenant's settings of one environment name: {tenant, environment, connectors: {name: {…}}}."""
    tenant, environment = document["tenant"], document["environment"]
    found = []
    for connector in document["connectors"].values():
        end, secret = connector["endpoint"], connector["secret"]
        if "url" in end:
            found.append(api(tenant, environment, secret, url=end["url"], token_url=end["token_url"]))
        else:
            found.append(sftp(tenant, environment, secret, user=connector["user"], **end))
    return found


SEEDED = (
    sftp("globex", "staging", "erp_drop", host="sftp-test.globex.example", user="acme_inbound"),
    sftp("globex", "production", "erp_drop", host="sftp.globex.example", user="acme_inbound"),
    api(
        "initech",
        "staging",
        "erp_api",
        url="https://erp-test.initech.example/v2",
        token_url="https://login-test.initech.example/oauth2/token",  # noqa: S106  an address
    ),
    api(
        "initech",
        "production",
        "erp_api",
        url="https://erp.initech.example/v2",
        token_url="https://login.initech.example/oauth2/token",  # noqa: S106  an address
    ),
)


def kept(folder: Folder) -> tuple[Source, ...]:
    """All sources, the seeded ones included."""
    return tuple(Source(**document) for document in read_json(folder.sources, []))


def add(folder: Folder, *new: Source) -> None:
    """These sources exist, with keys or clients of their own. Adding one again changes nothing."""
    every = sorted({*kept(folder), *new})
    for source in new:
        _make_sftp(folder, source) if source.kind == "sftp" else _make_api(folder, source)
    write_json(folder.sources, [asdict(source) for source in every])


def find(folder: Folder, tenant: str, environment: str, secret: str | None = None) -> Source:
    """The one source of a tenant in an environment; `secret` tells several apart. `Usage` where it is not clear."""
    found = [
        source
        for source in kept(folder)
        if (source.tenant, source.environment) == (tenant, environment) and secret in (None, source.secret)
    ]
    if len(found) != 1:
        known = sorted({source.tenant for source in kept(folder)})
        raise Usage(
            f"the sandbox holds {len(found)} sources of `{tenant}` in {environment}, not one.",
            fix=f"name one of {', '.join(known)}, or `acme sandbox address TENANT` first",
        )
    return found[0]


# an SFTP source: a home, and a key pair whose private half becomes the secret's value
def site_folder(folder: Folder, source: Source) -> Path:
    root = folder.sftp if source.kind == "sftp" else folder.api
    return root / source.site


def host_key(folder: Folder, source: Source) -> Path:
    return site_folder(folder, source) / "host_key"


def home(folder: Folder, source: Source) -> Path:
    return site_folder(folder, source) / source.user / "home"


def client_key(folder: Folder, source: Source) -> Path:
    return site_folder(folder, source) / source.user / "client_key"


def fingerprint(folder: Folder, source: Source) -> str:
    """`SHA256:…` of the host key, as OpenSSH prints it."""
    import asyncssh

    text: str = asyncssh.read_private_key(host_key(folder, source)).get_fingerprint()
    return text


def _make_sftp(folder: Folder, source: Source) -> None:
    home(folder, source).mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in (host_key(folder, source), client_key(folder, source)):
        if not path.exists():
            _write_key(path)


def _write_key(path: Path) -> None:
    import asyncssh

    key = asyncssh.generate_private_key("ssh-ed25519", comment="sandbox")
    write(path.with_suffix(".pub"), key.export_public_key())
    write(path, key.export_private_key())  # last: its presence says that both halves are there


def inside(folder: Folder, source: Source, path: str) -> Path:
    """Where a path of the user lies. `Usage` where it would leave the home."""
    parts = PurePosixPath("/", path).parts[1:]
    if not parts or ".." in parts:
        raise Usage(f"`{path}` is no file inside the home of {source.user}.")
    return home(folder, source).joinpath(*parts)


# an API source: one OAuth2 client, and a file of records for each resource
def records_file(folder: Folder, source: Source, resource: str) -> Path:
    """One JSON text a line."""
    return site_folder(folder, source) / f"{resource}.jsonl"


def client(folder: Folder, source: Source) -> Path:
    return site_folder(folder, source) / "client.json"


def _make_api(folder: Folder, source: Source) -> None:
    path = client(folder, source)
    if not path.exists():
        name = f"{source.tenant}-{source.environment}"
        write_json(path, {"client_id": name, "client_secret": secrets.token_urlsafe(32)})


def local_path(url: str) -> str:
    """Where the sandbox answers for a customer's URL."""
    parts = urlsplit(url)
    return f"/{parts.netloc}{parts.path.rstrip('/')}"
