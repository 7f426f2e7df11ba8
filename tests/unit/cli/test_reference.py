"""docs/reference says what the code does: pages are generated, and an old one is told."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from pipeline.cli import app
from pipeline.cli.reference import commands, events, pages, schemas, source

ROOT = Path(__file__).parents[3]
FOLDERS = {
    "tenant": "tenant.yaml",
    "environment": "environments/*.yaml",
    "connector": "connectors/*.yaml",
    "mapping": "mappings/*.yaml",
    "pipeline": "pipelines/*.yaml",
}
SCHEMAS = {name: json.loads(text) for name, text in schemas.pages().items()}


def files():
    """Every file of every tenant that a schema of ours describes."""
    for name, pattern in FOLDERS.items():
        for path in sorted((ROOT / "tenants").glob(f"*/{pattern}")):
            if not path.name.endswith(".pin.yaml"):
                yield pytest.param(name, path, id=path.relative_to(ROOT / "tenants").as_posix())


def load(path):
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def test_no_page_is_old():
    """What stands in docs/reference is what `docs/generate` writes now."""
    assert pages.stale(ROOT, pages.pages(ROOT)) == [], "run docs/generate"


def test_a_page_that_nothing_stands_behind_is_told_and_removed(tmp_path, monkeypatch):
    """Old, missing and left over are all stale, and writing mends them; a page written by hand stays."""
    for name, text in {"commands.md": "old", "findings/gone.md": "left over", "emulator-gaps.md": "by hand"}.items():
        path = tmp_path / pages.REFERENCE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    wanted = {f"{pages.REFERENCE}/commands.md": "new", f"{pages.REFERENCE}/events.md": "new"}
    monkeypatch.setattr(pages, "pages", lambda _repository: wanted)
    changed = pages.write(tmp_path)
    assert changed == [f"{pages.REFERENCE}/{name}" for name in ("commands.md", "events.md", "findings/gone.md")]
    assert pages.stale(tmp_path, wanted) == []
    assert (tmp_path / pages.REFERENCE / "emulator-gaps.md").read_text(encoding="utf-8") == "by hand"


def test_every_verb_stands_on_the_page_of_commands():
    """With what it does and its arguments."""
    page = commands.page()
    assert [f"## acme {verb}\n" in page for verb in app.VERBS] == [True] * len(app.VERBS)
    assert "| `-e, --environment {staging,production}` |" in page


def test_events_that_are_sent_stand_on_their_page():
    """Found in the code, so that a new one needs no second place."""
    page = events.page(ROOT)
    assert "| `ingest.manifest.frozen` | `pipeline/ingest/landing.py`" in page
    assert "`apply.deployment.…`" in page


@pytest.mark.parametrize(("name", "path"), [*files()])
def test_the_schemas_accept_every_file_of_every_tenant(name, path):
    """An editor marks nothing in a file that validates, and marks a key that nothing reads."""
    validator = Draft202012Validator(SCHEMAS[f"{name}.json"])
    assert [error.message for error in validator.iter_errors(load(path))] == []
    assert not validator.is_valid({**load(path), "no_such_key": 1})


@pytest.mark.parametrize(
    ("name", "where", "value"),
    [
        ("environment", ("connectors", "erp_drop", "endpoint", "host"), "SFTP.example"),
        ("environment", ("status",), "off"),
        ("pipeline", ("schedule",), 5),
        ("mapping", ("fields", "VendorID", "column"), "VendorID"),
        ("tenant", ("owners",), ["@acmeconnect/x"]),
    ],
)
def test_the_schemas_mark_a_value_of_another_form(name, where, value):
    """An editor knows the form of a value as validation does, not the keys alone."""
    file = {"environment": "environments/staging", "tenant": "tenant"}.get(name, f"{name}s/purchase_orders")
    document = load(ROOT / f"tenants/globex/{file}.yaml")
    *steps, last = where
    part = document
    for step in steps:
        part = part[step]
    part[last] = value
    assert not Draft202012Validator(SCHEMAS[f"{name}.json"]).is_valid(document)


def test_codes_are_found_where_they_are_said(tmp_path):
    """A whole code, and the name of a fault of a statement; neither a file's name nor a string elsewhere."""
    for room, text in {
        "validate": 'deny("contract.one", "contract.yaml")\nFault("star")\n',
        "observe": '"contract.elsewhere"\n',
    }.items():
        (tmp_path / "pipeline" / room).mkdir(parents=True)
        (tmp_path / "pipeline" / room / "rule.py").write_text(text, encoding="utf-8")
    module = {"pipeline/validate/rule.py"}
    assert source.codes(tmp_path) == {"contract.one": module, "transform.star": module}


def test_the_example_names_a_schema_for_every_file():
    """So an editor completes and checks a new tenant's folder, which is copied from it, without being set up."""
    for path in sorted((ROOT / "tenants/_example").rglob("*.yaml")):
        head, _, named = path.read_text(encoding="utf-8").partition("\n")[0].partition("$schema=")
        assert (head, (path.parent / named).is_file()) == ("# yaml-language-server: ", True), path
