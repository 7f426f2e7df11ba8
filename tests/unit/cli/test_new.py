"""`acme new`: flags or a terminal, files that pass as they are written, and a word about what comes next."""

import io
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.cli import app
from pipeline.findings import denied
from pipeline.gate.bundle import read_bundle
from pipeline.gate.catalog import FAMILIES, write_catalog
from pipeline.validate.tenant import validate_tenant

ROOT = Path(__file__).parents[3]


@pytest.fixture
def repository(tmp_path):
    """A checkout that holds the example alone."""
    shutil.copytree(ROOT / "tenants/_example", tmp_path / "tenants/_example")
    shutil.copy(ROOT / "CODEOWNERS", tmp_path / "CODEOWNERS")
    return tmp_path


def new(repository, *words):
    return app.main(["new", "tenant", *words, "--repo", str(repository)])


def add(repository, *words):
    return app.main(["new", *words, "--repo", str(repository)])


@pytest.mark.parametrize("kind", ["sftp", "api"])
def test_what_is_written_passes_and_is_named(repository, kind, capsys):
    """Every file that was written is listed from the repository's root, and the folder has no finding that denies."""
    assert new(repository, "acme_foods", "--kind", kind, "--owner", "integrations-emea", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["tenant"] == "acme_foods"
    assert "CODEOWNERS" in document["written"]
    assert all((repository / name).is_file() for name in document["written"])
    assert not denied(validate_tenant(repository, "acme_foods"))


def test_the_title_is_made_of_the_name(repository):
    """`acme_foods` becomes `Acme Foods` unless a title is given."""
    new(repository, "acme_foods", "--kind", "sftp", "--owner", "integrations-emea")
    assert "title: Acme Foods" in (repository / "tenants/acme_foods/tenant.yaml").read_text()


def test_a_person_at_the_terminal_is_asked(repository, monkeypatch, capsys):
    """What no flag says is asked, one line each."""
    terminal = io.StringIO("sftp\nintegrations-emea\n")
    terminal.isatty = lambda: True
    monkeypatch.setattr("sys.stdin", terminal)
    assert new(repository, "acme_foods") == 0
    assert "sftp or api?" in capsys.readouterr().err
    assert (repository / "tenants/acme_foods/connectors/erp_drop.yaml").is_file()


def test_where_nobody_can_be_asked_the_flag_is_named(repository, monkeypatch, capsys):
    """A script that forgets a flag gets a usage error, and nothing is written."""
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert new(repository, "acme_foods", "--kind", "sftp") == 2
    assert "--owner is missing" in capsys.readouterr().err
    assert not (repository / "tenants/acme_foods").exists()


@pytest.fixture
def tenant(repository):
    """A tenant of one connector and one pipeline."""
    new(repository, "acme_foods", "--kind", "sftp", "--owner", "integrations-emea")
    return repository


@pytest.mark.parametrize(
    ("kind", "named"), [("sftp", 'files: "SalesRegions_*.csv.gz"'), ("api", "resource: /sales-regions")]
)
def test_a_connector_and_a_pipeline_more_pass_as_written(tenant, kind, named):
    """Both environments say where the connector stands, and the table has its own name everywhere."""
    assert add(tenant, "connector", "acme_foods", "erp_two", "--kind", kind) == 0
    assert add(tenant, "pipeline", "acme_foods", "sales_regions", "--connector", "erp_two") == 0
    assert validate_tenant(tenant, "acme_foods") == []
    folder = tenant / "tenants/acme_foods"
    assert named in (folder / "pipelines/sales_regions.yaml").read_text()
    written = [path for path in folder.rglob("*sales_regions*") if path.is_file()]
    text = "".join(path.read_text() for path in [*written, *(folder / "tests/sales_regions").iterdir()])
    assert "orders" not in text.replace("Orders of our customers", "")
    assert "erp_drop" not in text
    assert "example" not in (folder / "environments/staging.yaml").read_text().replace(".example", "")


def test_a_part_goes_where_the_others_stand(tenant):
    """As deep as they are, before the keys that follow, and into an empty list of connectors too."""
    folder = tenant / "tenants/acme_foods"
    deep = "cell: eu1\nconnectors:\n    erp_drop:\n        endpoint: {host: a.example}\n        user: u\n"
    deep += f"        secret: erp_drop\n        host_keys: [SHA256:{'A' * 43}]\nstatus: active"
    (folder / "environments/staging.yaml").write_text(deep)
    assert add(tenant, "connector", "acme_foods", "erp_api", "--kind", "api") == 0
    staging = (folder / "environments/staging.yaml").read_text()
    assert staging.index("    erp_api:\n") < staging.index("status: active")
    assert [finding.code for finding in validate_tenant(tenant, "acme_foods")] == ["reference.connector_unused"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("connector", "acme_fods", "erp_api", "--kind", "api"), "there is no tenant acme_fods"),
        (("connector", "acme_foods", "erp_drop", "--kind", "api"), "is there already"),
        (("connector", "acme_foods", "erp_api", "--kind", "apo"), "Did you mean `api`?"),
        (("pipeline", "acme_foods", "orders", "--connector", "erp_drop"), "is there already"),
        (("pipeline", "acme_foods", "select", "--connector", "erp_drop"), "reserved word"),
        (("pipeline", "acme_foods", "lines", "--connector", "erp_dorp"), "Did you mean `erp_drop`?"),
        (("policy", "tenat.x_y_z", "--title", "t", "--owner", "platform"), "Did you mean `tenant`?"),
        (("policy", "tenant.X", "--title", "t", "--owner", "platform"), "cannot be a rule"),
        (
            ("policy", "tenant.some_rule", "--title", "t", "--owner", "platform", "--level", "den"),
            "Did you mean `deny`?",
        ),
    ],
)
def test_a_wrong_word_is_told_and_nothing_is_written(tenant, words, told, capsys):
    """With what was likely meant."""
    before = sorted(tenant.rglob("*"))
    assert add(tenant, *words) == 2
    assert told in capsys.readouterr().err
    assert sorted(tenant.rglob("*")) == before


def test_what_would_be_refused_is_not_written(tenant, capsys):
    """A pipeline that takes every file leaves no room for another: the finding says it."""
    pipeline = tenant / "tenants/acme_foods/pipelines/orders.yaml"
    pipeline.write_text(pipeline.read_text().replace("Orders_*.csv.gz", "*.csv.gz"))
    assert add(tenant, "pipeline", "acme_foods", "lines", "--connector", "erp_drop") == 2
    assert "reference.pattern_overlap" in capsys.readouterr().err
    assert not (tenant / "tenants/acme_foods/pipelines/lines.yaml").exists()


def test_a_policy_of_each_family_is_strict_and_tested_whole(repository, capsys):
    """OPA has nothing to say of what was written, its tests pass and cover it, and the catalogue is current."""
    shutil.copytree(ROOT / "policies", repository / "policies")
    for family in FAMILIES:
        assert add(repository, "policy", f"{family}.new_rule", "--title", "This: holds", "--owner", "platform") == 0
    assert "policies/fleet/new_rule_test.rego" in capsys.readouterr().out
    policies, opa = repository / "policies", os.environ.get("ACME_OPA") or shutil.which("opa") or "opa"
    for words in (("fmt", "--list", "--fail"), ("check", "--strict"), ("test", "--coverage", "--threshold", "100")):
        done = subprocess.run([opa, *words, policies], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout[:500] + done.stderr[:500]
    bundle = read_bundle(policies)
    assert (policies / "catalog.json").read_text() == write_catalog(bundle.modules)
    assert bundle.rules["plan.new_rule"].title == "This: holds"
