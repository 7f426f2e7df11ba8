"""`acme new tenant`: flags or a terminal, one folder, and a word about what comes next."""

import io
import json
import shutil
from pathlib import Path

import pytest

from pipeline.cli import app
from pipeline.findings import denied
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
