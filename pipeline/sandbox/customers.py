"""What one does with the customers' systems by hand: add one, drop a file, hand over a secret.

Each function takes the repository, as the command line has it, and works on the sandbox that belongs to it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from pipeline.sandbox import environments, parts, ports, seed, sources
from pipeline.sandbox import folder as folders
from pipeline.sandbox.bootstrap import Account
from pipeline.sandbox.folder import Folder, read_json
from pipeline.sandbox.sources import Source


def address(repository: Path, source: Source, *, tables: Iterable[str] = (), directory: str = "/outbound") -> None:
    """The sandbox answers for one more customer's system, at once where it runs.

    An SFTP home gets the named ERP tables as files `<directory>/<table>_20140101.csv.gz`, an API serves all of them anyway.
    """
    folder = folders.of(repository)
    folders.make(folder)
    with folders.locked(folder):
        sources.add(folder, source)
        files = {path: body for table in tables for path, body in seed.whole_table(table, directory).items()}
        seed.fill_api(folder, source) if source.kind == "api" else seed.fill_home(folder, source, files)
        known = ports.choose(folder, parts.port_names(folder), running=parts.running(folder))
        environments.write(folder, known)


def drop_file(
    repository: Path,
    tenant: str,
    path: str,
    content: bytes,
    *,
    environment: str = "staging",
    age_s: float = seed.SETTLED_S,
) -> None:
    """One more file in the tenant's SFTP home, all of it at once, looking `age_s` seconds old."""
    folder = folders.of(repository)
    seed.drop(folder, sources.find(folder, tenant, environment), path, content, age_s=age_s)


def add_records(
    repository: Path, tenant: str, resource: str, records: Iterable[str], *, environment: str = "staging"
) -> None:
    """More records behind the tenant's API, after those that are there. Each is one JSON text, as the ERP would spell it."""
    folder = folders.of(repository)
    path = sources.records_file(folder, sources.find(folder, tenant, environment), resource)
    folders.write(path, path.read_bytes() + "".join(f"{record}\n" for record in records).encode())


def put_secrets(repository: Path, environment: str) -> list[str]:
    """Puts the values into the secrets that exist already, as the customers' people would; returns the names that changed."""
    folder = folders.of(repository)
    account = Account(parts.PLACES[environment], f"http://{ports.HOST}:{ports.kept(folder)['aws']}")
    mine = [source for source in sources.kept(folder) if source.environment == environment]
    return [name for source in mine if (name := _put(folder, account, source))]


def _put(folder: Folder, account: Account, source: Source) -> str:
    """The name, or empty where nothing changed. The value's digest is the version's id: no reading back, none twice."""
    name, value = account.place.secret(source.tenant, source.secret), secret_value(folder, source)
    client, version = account.client("secretsmanager"), hashlib.sha256(value.encode()).hexdigest()
    found = client.list_secrets(Filters=[{"Key": "name", "Values": [name]}])["SecretList"]
    here = next((secret for secret in found if secret["Name"] == name), None)
    if here is None or "AWSCURRENT" in here.get("SecretVersionsToStages", {}).get(version, ()):
        return ""
    client.put_secret_value(SecretId=name, SecretString=value, ClientRequestToken=version)
    return name


def secret_value(folder: Folder, source: Source) -> str:
    """JSON: `{private_key}` of an SFTP user, `{client_id, client_secret}` of an API's client."""
    if source.kind == "sftp":
        return json.dumps({"private_key": sources.client_key(folder, source).read_text()})
    return json.dumps(read_json(sources.client(folder, source), {}))
