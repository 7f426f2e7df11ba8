"""Mutations of changes: who touches what together, what goes without notice, pins and waivers that prove nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.gate.mutation.draft import Draft
from pipeline.gate.mutation.kind import Kind

PIN = "environments/production.pin.yaml"
WAIVERS = "policies/waivers.yaml"
TOGETHER = "change.one_tenant_or_platform"


def _title(draft: Draft) -> None:
    """A harmless change of the tenant, to go with the other."""
    draft.edit("tenant.yaml", lambda head: head.update(title=f"{head['title']} Group"))


def two_tenants(draft: Draft) -> str:
    path = f"tenants/{draft.subject.neighbour}/environments/staging.yaml"
    _title(draft)
    draft.files[path] = (draft.files.get(path) or b"") + b"# seen\n"
    return f"{draft.tenant} and {draft.subject.neighbour} change together"


def with_workflow(draft: Draft) -> str:
    file = draft.pick((".github/workflows/gate.yml", ".ci/run", "pipeline/gate/verdict.py", "acme", "pyproject.toml"))
    _title(draft)
    draft.touched.append(file)
    return f"{file} changes together with the tenant"


def with_policy(draft: Draft) -> str:
    file = draft.pick(
        ("policies/tenant/secret_literal.rego", "policies/main.rego", "policies/lib/documents.rego", ".sqlfluff")
    )
    _title(draft)
    draft.touched.append(file)
    return f"{file} changes together with the tenant"


def with_cells(draft: Draft) -> str:
    _title(draft)
    draft.files["stacks/cells.yaml"] = (draft.files.get("stacks/cells.yaml") or b"cells: {}\n") + b"# more room\n"
    return "stacks/cells.yaml changes together with the tenant"


def with_owners_of_all(draft: Draft) -> str:
    """The tenant's own row may come along; everybody's may not."""
    _title(draft)
    rows = (draft.files.get("CODEOWNERS") or b"").decode()
    team = draft.read("tenant.yaml")["owners"][0]
    draft.files["CODEOWNERS"] = f"{rows}/policies/ @acmeconnect/{team}\n".encode()
    return f"CODEOWNERS gives the policies to {team}, together with the tenant"


def with_owners_of_neighbour(draft: Draft) -> str:
    _title(draft)
    rows = (draft.files.get("CODEOWNERS") or b"").decode()
    draft.files["CODEOWNERS"] = f"{rows}/tenants/{draft.subject.neighbour}/ @acmeconnect/somebody\n".encode()
    return f"CODEOWNERS gives {draft.subject.neighbour} to others, together with the tenant"


def with_waiver(draft: Draft) -> str:
    _waive(draft)
    _title(draft)
    return "a waiver comes together with the tenant that it serves"


def _waive(draft: Draft, **wrong: Any) -> None:
    until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    good = {"code": "tenant.https_only", "tenant": draft.tenant, "reason": "their certificate comes on Monday"}
    good |= {"owner": "security", "ticket": "OPS-1", "until": until}
    entry = {key: value for key, value in {**good, **wrong}.items() if value is not None}
    draft.files[WAIVERS] = json.dumps({"waivers": [entry]}).encode()


def waiver_too_long(draft: Draft) -> str:
    _waive(draft, until=(datetime.now(UTC) + timedelta(days=draft.pick((100, 400, 4000)))).date().isoformat())
    return "a waiver lasts longer than 90 days"


def waiver_ended(draft: Draft) -> str:
    _waive(draft, until=(datetime.now(UTC) - timedelta(days=9)).date().isoformat())
    return "a waiver has ended"


def waiver_of_all(draft: Draft) -> str:
    _waive(draft, **draft.pick(({"tenant": "*"}, {"code": "tenant.*"}, {"tenant": "*", "code": "*"})))
    return "a waiver covers more than one rule of one tenant"


def waiver_without(draft: Draft) -> str:
    word = draft.pick(("reason", "owner", "ticket", "until"))
    _waive(draft, **{word: draft.pick((None, ""))})
    return f"a waiver has no {word}"


def deleted_while_active(draft: Draft) -> str:
    for path in draft.own():
        draft.remove(path)
    return "the tenant goes while it is active"


def production_deleted(draft: Draft) -> str:
    draft.remove("environments/production.yaml")
    return "production goes while it is active"


def name_reused(draft: Draft) -> str:
    """A table of this name stood here before; `history.py` saw to it."""
    table = draft.table()
    for part in ("contracts", "mappings", "pipelines"):
        draft.put(f"{part}/former.yaml", draft.text(f"{part}/{table}.yaml").replace(table, "former"))
    draft.put("transforms/former.sql", draft.sql(table))
    return "a pipeline takes the name of one that was removed"


def _pin(draft: Draft, release: str, **evidence: Any) -> str:
    tables = list(draft.tables())
    proof = {
        "deployment": "dep-01JD4Z9M8Q",
        "live_since": "2026-11-20T06:12:40Z",
        "receipts": {table: hashlib.sha256(table.encode()).hexdigest() for table in tables},
        "probed": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        **evidence,
    }
    pin = {"release": release, "commit": "a" * 40, "promoted_by": "dana@acme.example", "evidence": proof}
    return json.dumps(pin, indent=1)


def _release(draft: Draft) -> str:
    return hashlib.sha256(draft.random.randbytes(8)).hexdigest()


def pin_by_hand(draft: Draft) -> str:
    """A release that nobody knows, proved by nothing."""
    draft.put_in_both(PIN, _pin(draft, _release(draft)))
    draft.put(PIN, _pin(draft, _release(draft), receipts={}, probed="2020-01-01T00:00:00Z"))
    return "the pin names a release that nothing proves"


def pin_old_probe(draft: Draft) -> str:
    draft.put_in_both(PIN, _pin(draft, _release(draft)))
    old = (datetime.now(UTC) - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    draft.put(PIN, _pin(draft, _release(draft), probed=old))
    return "the pin's probe of production is three hours old"


def pin_receipt_missing(draft: Draft) -> str:
    draft.put_in_both(PIN, _pin(draft, _release(draft)))
    pin = json.loads(_pin(draft, _release(draft)))
    pin["evidence"]["receipts"].pop(draft.table())
    draft.put(PIN, json.dumps(pin))
    return "the pin has no receipt of one pipeline"


def pin_malformed(draft: Draft) -> str:
    draft.put_in_both(PIN, _pin(draft, _release(draft)))
    draft.put(PIN, _pin(draft, draft.pick(("latest", "9f3c1e0b", "main"))))
    return "the pin names no digest"


def pin_with_more(draft: Draft) -> str:
    draft.put_in_both(PIN, _pin(draft, _release(draft)))
    draft.put(PIN, _pin(draft, _release(draft)))
    _title(draft)
    return "the pin moves together with other files"


def platform_address_book(draft: Draft) -> str:
    path = "stacks/environments/production.toml"
    host = f"sftp.{draft.tenant.replace('_', '-')}.example:22"
    draft.files[path] = f'name = "production"\n[addresses."{host}"]\nto = "127.0.0.1:2222"\n'.encode()
    return "production's settings send a customer's host elsewhere"


KINDS: Sequence[Kind] = (
    Kind("change/two_tenants", (TOGETHER,), two_tenants),
    Kind("change/with_workflow", (TOGETHER,), with_workflow),
    Kind("change/with_policy", (TOGETHER,), with_policy),
    Kind("change/with_cells", (TOGETHER,), with_cells),
    Kind("change/with_owners_of_all", (TOGETHER, "change.owners_of_tenant_only"), with_owners_of_all),
    Kind("change/with_owners_of_neighbour", (TOGETHER, "change.owners_of_tenant_only"), with_owners_of_neighbour),
    Kind("change/with_waiver", (TOGETHER,), with_waiver),
    Kind("change/waiver_too_long", ("change.waiver_bounded",), waiver_too_long),
    Kind("change/waiver_ended", ("change.waiver_bounded",), waiver_ended),
    Kind("change/waiver_of_all", ("change.waiver_bounded",), waiver_of_all),
    Kind("change/waiver_without", ("change.waiver_bounded",), waiver_without),
    Kind("change/deleted_while_active", ("change.retire_before_delete",), deleted_while_active),
    Kind("change/production_deleted", ("change.retire_before_delete",), production_deleted),
    Kind("change/name_reused", ("fleet.name_reused",), name_reused),
    Kind("change/pin_by_hand", ("change.pin_needs_evidence",), pin_by_hand),
    Kind("change/pin_old_probe", ("change.pin_needs_evidence",), pin_old_probe),
    Kind("change/pin_receipt_missing", ("change.pin_needs_evidence",), pin_receipt_missing),
    Kind("change/pin_malformed", ("document.wrong_value", "tenant.document_shape"), pin_malformed),
    Kind("change/pin_with_more", ("change.pin_written_alone",), pin_with_more),
    Kind("change/platform_address_book", ("change.address_book_only_in_sandbox",), platform_address_book),
)
