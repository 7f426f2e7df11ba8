"""The settings files of the sandbox's two environments, exactly in the shape that settings.py reads.

Writes `environments/<name>.toml`; no secret stands in them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pipeline import settings
from pipeline.sandbox import parts, postgres, sources
from pipeline.sandbox.folder import Folder
from pipeline.sandbox.folder import write as write_file
from pipeline.sandbox.ports import HOST
from pipeline.sandbox.snowflake.stage import OWN_AWS_ACCOUNT

IDENTITIES = ("deployer", "orchestrator", "support", "collector")


def write(folder: Folder, ports: Mapping[str, int]) -> None:
    """Both files, whole."""
    for name in parts.PLACES:
        document = describe(folder, name, ports)
        settings.read(document)  # a shape that settings.py would refuse never reaches the disk
        write_file(folder.environments / f"{name}.toml", render(document).encode())


def describe(folder: Folder, name: str, ports: Mapping[str, int]) -> dict[str, Any]:
    """One environment as a document."""
    place = parts.PLACES[name]
    return {
        "name": name,
        "region": place.region,
        "account": place.account,
        "sandbox": True,
        "aws_endpoint": f"http://{HOST}:{ports['aws']}",
        "credentials": str(folder.credentials),
        "records": postgres.url(folder, ports["postgres"], "records"),
        "opa": f"http://{HOST}:{ports['opa']}",
        "airflow": f"{HOST}:{ports['airflow']}",
        "providers": parts.debug_providers(ports),
        "profiles": {identity: place.identity(identity) for identity in IDENTITIES},
        "snowflake": {
            "account": parts.account_name(name),
            "iam_arn": user_arn(parts.account_name(name)),
            "host": HOST,
            "port": ports[parts.snowflake_name(name)],
            "protocol": "http",
        },
        "addresses": addresses(folder, name, ports),
    }


def user_arn(account: str) -> str:
    """The IAM user by which this Snowflake account reads from S3."""
    return f"arn:aws:iam::{OWN_AWS_ACCOUNT}:user/snowflake-{account}"


def addresses(folder: Folder, environment: str, ports: Mapping[str, int]) -> dict[str, dict[str, str]]:
    """The address book: where each host of the tenants' settings answers here."""
    book: dict[str, dict[str, str]] = {}
    for source in sources.kept(folder):
        if source.environment == environment:
            book.update(_sftp(folder, source, ports) if source.kind == "sftp" else _api(source, ports))
    return book


def _sftp(folder: Folder, source: sources.Source, ports: Mapping[str, int]) -> dict[str, dict[str, str]]:
    key = sources.fingerprint(folder, source)
    return {source.site: {"to": f"{HOST}:{ports[source.port_name]}", "host_key": key}}


def _api(source: sources.Source, ports: Mapping[str, int]) -> dict[str, dict[str, str]]:
    here = f"http://{HOST}:{ports['erp_api']}"
    return {url: {"to": here + sources.local_path(url)} for url in (source.url, source.token_url)}


def render(document: Mapping[str, Any], name: str = "") -> str:
    """TOML of strings, booleans, numbers and tables of them. A JSON string is a TOML basic string."""
    plain = {key: value for key, value in document.items() if not isinstance(value, Mapping)}
    tables = {key: value for key, value in document.items() if isinstance(value, Mapping)}
    lines = [f"[{name}]"] if name else []
    lines += [f"{_key(key)} = {json.dumps(value, ensure_ascii=False)}" for key, value in plain.items()]
    below = [render(value, f"{name}.{_key(key)}" if name else _key(key)) for key, value in tables.items()]
    return "\n".join([*lines, "", *below])


def _key(key: str) -> str:
    return key if key.isidentifier() and key.isascii() else json.dumps(key)
