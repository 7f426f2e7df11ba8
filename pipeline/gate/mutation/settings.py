"""Mutations of what is live at once: secrets in clear, hosts without keys, cells and connectors that are not there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.gate.mutation.draft import Draft
from pipeline.gate.mutation.kind import Kind

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ234567"


def _key(draft: Draft) -> str:
    """Looks like an AWS access key, and is none."""
    return "AK" + "IA" + "".join(draft.random.choices(LETTERS, k=16))


def _environment(draft: Draft) -> str:
    return f"environments/{draft.pick(('staging', 'production'))}.yaml"


def _connector(draft: Draft, file: str, holds: str) -> tuple[str, dict[str, Any]]:
    """One of the file's connectors that has this setting."""
    found = draft.read(file)["connectors"]
    name = draft.pick(name for name, part in found.items() if holds in part or holds in part.get("endpoint", {}))
    return name, found[name]


def _change(draft: Draft, file: str, name: str, **new: Any) -> None:
    draft.edit(file, lambda settings: settings["connectors"][name].update(new))


def secret_in_settings(draft: Draft) -> str:
    file = _environment(draft)
    name, _ = _connector(draft, file, "secret")
    _change(draft, file, name, secret=_key(draft))
    return f"a key stands as `secret` of {name} in {file}"


def password_key(draft: Draft) -> str:
    file = _environment(draft)
    name, _ = _connector(draft, file, "secret")
    _change(draft, file, name, password="Wint3r-" + _key(draft)[4:12])
    return f"a password stands beside {name} in {file}"


def secret_in_comment(draft: Draft) -> str:
    file = draft.pick(path for path in draft.own() if path.endswith((".yaml", ".sql")))
    draft.put(file, f"{draft.text(file).rstrip()}\n{'--' if file.endswith('.sql') else '#'} key {_key(draft)}\n")
    return f"a key stands in a comment of {file}"


def private_key(draft: Draft) -> str:
    file = _environment(draft)
    draft.put(file, f"{draft.text(file).rstrip()}\n# -----BEGIN OPENSSH PRIVATE KEY-----\n# {_key(draft)}\n")
    return f"a private key in {file}"


def secret_in_test(draft: Draft) -> str:
    file = draft.pick(path for path in draft.own() if path.startswith("tests/") and "/input." in path)
    draft.put(file, draft.text(file).rstrip() + f"\n{_key(draft)}\n")
    return f"a key in {file}"


def password_in_url(draft: Draft) -> str:
    file = _environment(draft)
    name, part = _connector(draft, file, "url")
    url = part["endpoint"]["url"].replace("https://", f"https://acme:{_key(draft)[4:14]}@")
    _change(draft, file, name, endpoint={**part["endpoint"], "url": url})
    return f"a password within the url of {name} in {file}"


def secret_of_another(draft: Draft) -> str:
    file = _environment(draft)
    name, _ = _connector(draft, file, "secret")
    _change(draft, file, name, secret=f"acme/production/{draft.subject.neighbour}/erp_drop")
    return f"{name} names the secret of {draft.subject.neighbour} in {file}"


def host_keys_gone(draft: Draft) -> str:
    file = _environment(draft)
    name, _ = _connector(draft, file, "host_keys")
    draft.edit(file, lambda settings: settings["connectors"][name].pop("host_keys"))
    return f"{name} has no host keys in {file}"


def host_keys_empty(draft: Draft) -> str:
    file = _environment(draft)
    name, _ = _connector(draft, file, "host_keys")
    _change(draft, file, name, host_keys=[])
    return f"{name} has an empty list of host keys in {file}"


def host_key_wrong(draft: Draft) -> str:
    file = _environment(draft)
    name, part = _connector(draft, file, "host_keys")
    _change(draft, file, name, host_keys=[part["host_keys"][0][:-6]])
    return f"the host key of {name} lost its end in {file}"


def plain_http(draft: Draft) -> str:
    file = _environment(draft)
    name, part = _connector(draft, file, "url")
    key = draft.pick(("url", "token_url"))
    _change(draft, file, name, endpoint={**part["endpoint"], key: part["endpoint"][key].replace("https", "http", 1)})
    return f"{name} is asked without TLS in {file}"


def endpoint_missing(draft: Draft) -> str:
    file = _environment(draft)
    name = draft.pick(draft.read(file)["connectors"])
    draft.edit(file, lambda settings: settings["connectors"].pop(name))
    return f"{file} says nothing of {name}"


def endpoint_for_nobody(draft: Draft) -> str:
    file = _environment(draft)
    name, part = _connector(draft, file, "secret")
    draft.edit(file, lambda settings: settings["connectors"].update({f"{name}_old": part}))
    return f"{file} has settings of a connector {name}_old"


def host_malformed(draft: Draft) -> str:
    file = _environment(draft)
    name, part = _connector(draft, file, "host")
    host = draft.pick(("localhost", "10.0.0.7;rm", "sftp.example/../x", "SFTP.example"))
    _change(draft, file, name, endpoint={**part["endpoint"], "host": host})
    return f"the host of {name} is {host} in {file}"


def port_out_of_range(draft: Draft) -> str:
    file = _environment(draft)
    name, part = _connector(draft, file, "port")
    _change(draft, file, name, endpoint={**part["endpoint"], "port": 70022})
    return f"the port of {name} is 70022 in {file}"


def cell_unknown(draft: Draft) -> str:
    file = _environment(draft)
    draft.edit(file, lambda settings: settings.update(cell="eu99"))
    return f"{file} names a cell that does not exist"


def cell_full(draft: Draft) -> str:
    """Neighbours that fill the cell were there before."""
    file = _environment(draft)
    settings = draft.read(file)
    for number in range(160):
        folder = f"tenants/crowd_{number}"
        crowd = {f"{folder}/{file}": draft.files[draft.path(file)]}
        crowd |= dict.fromkeys((f"{folder}/pipelines/p{table}.yaml" for table in range(20)), None)  # by name alone
        draft.files |= crowd
        draft.base |= crowd
    settings["status"] = "paused"
    draft.write(file, settings)
    return f"the cell of {file} holds 3,200 pipelines"


def address_book(draft: Draft) -> str:
    file = _environment(draft)
    draft.edit(file, lambda settings: settings.update(addresses={"sftp.example:22": {"to": "127.0.0.1:2222"}}))
    return f"an address book in {file}"


def owner_unknown(draft: Draft) -> str:
    draft.edit("tenant.yaml", lambda head: head.update(owners=["integrations-nowhere"]))
    return "an owner that CODEOWNERS does not have"


def directory_outside(draft: Draft) -> str:
    file = draft.pick(
        path for path in draft.own() if path.startswith("connectors/") and "directory" in draft.read(path)
    )
    draft.edit(file, lambda options: options.update(directory=options["directory"] + "/../../other"))
    return f"the directory of {file} walks upwards"


def connector_kind(draft: Draft) -> str:
    file = draft.pick(path for path in draft.own() if path.startswith("connectors/"))
    draft.edit(file, lambda options: options.update(kind="ftp"))
    return f"{file} is of a kind that there is not"


SECRET = ("document.secret_literal", "tenant.secret_literal")
KINDS: Sequence[Kind] = (
    Kind("settings/secret_in_clear", ("document.name", *SECRET), secret_in_settings),
    Kind("settings/password_key", SECRET, password_key),
    Kind("settings/secret_in_comment", SECRET, secret_in_comment),
    Kind("settings/private_key", SECRET, private_key),
    Kind("settings/secret_in_test", SECRET, secret_in_test),
    Kind("settings/password_in_url", ("document.wrong_value", *SECRET), password_in_url),
    Kind("settings/secret_of_another", ("document.name", *SECRET), secret_of_another),
    Kind("settings/host_keys_gone", ("document.missing_key", "tenant.host_keys_required"), host_keys_gone),
    Kind("settings/host_keys_empty", ("tenant.host_keys_required",), host_keys_empty),
    Kind("settings/host_key_wrong", ("document.wrong_value",), host_key_wrong),
    Kind("settings/plain_http", ("tenant.https_only", "document.wrong_value"), plain_http),
    Kind("settings/endpoint_missing", ("reference.settings_missing",), endpoint_missing),
    Kind("settings/endpoint_for_nobody", ("reference.settings_unknown",), endpoint_for_nobody),
    Kind("settings/host_malformed", ("document.wrong_value",), host_malformed),
    Kind("settings/port_out_of_range", ("document.wrong_value",), port_out_of_range),
    Kind("settings/cell_unknown", ("reference.cell_unknown",), cell_unknown),
    Kind("settings/cell_full", ("fleet.cell_capacity",), cell_full),
    Kind("settings/address_book", ("change.address_book_only_in_sandbox", "document.unknown_key"), address_book),
    Kind("settings/owner_unknown", ("tenant.owners_known",), owner_unknown),
    Kind("settings/directory_outside", ("document.path",), directory_outside),
    Kind("settings/connector_kind", ("document.kind",), connector_kind),
)
