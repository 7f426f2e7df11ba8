"""`acme new tenant` writes a folder that is right before anybody changed a word."""

import shutil
from pathlib import Path

import pytest

from pipeline.errors import Usage
from pipeline.spec.scaffold.tenant import NewTenant, write_tenant
from pipeline.validate.tenant import read_and_validate

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def repository(tmp_path):
    """A checkout that holds the example alone."""
    shutil.copytree(REPOSITORY / "tenants/_example", tmp_path / "tenants/_example")
    return tmp_path


def new(**changes):
    return NewTenant(
        **{"name": "acme_foods", "kind": "sftp", "title": "Acme Foods", "owner": "integrations-emea", **changes}
    )


@pytest.mark.parametrize(
    ("kind", "table", "connector"), [("sftp", "orders", "erp_drop"), ("api", "customers", "erp_api")]
)
def test_the_new_folder_has_no_finding(repository, kind, table, connector):
    """One connector of the kind, one pipeline with all its files, settings of both environments, and nothing else."""
    write_tenant(repository, new(kind=kind))
    read, findings = read_and_validate(repository, "acme_foods")
    assert findings == []
    assert (set(read.pipelines), set(read.connectors), set(read.tests)) == ({table}, {connector}, {table})
    assert {tuple(settings.connectors) for settings in read.environments.values()} == {(connector,)}
    assert (read.head.title, read.head.owners) == ("Acme Foods", ("integrations-emea",))


def test_nothing_of_the_example_is_left(repository):
    """No name, title or host of the example stands in the new folder."""
    written = write_tenant(repository, new())
    text = "".join(path.read_text(encoding="utf-8") for path in written).lower()
    assert [
        word for word in ("_example", "example foods", "example-foods", "integrations-example") if word in text
    ] == []


def test_the_owner_gets_a_row_in_order(repository):
    """CODEOWNERS keeps its other rows, and the tenants stay sorted."""
    owners = repository / "CODEOWNERS"
    owners.write_text(
        "* @acmeconnect/platform\n/tenants/aa/ @acmeconnect/x\n/tenants/globex/ @acmeconnect/y\n/policies/ @acmeconnect/platform\n"
    )
    write_tenant(repository, new())
    assert owners.read_text().splitlines() == [
        "* @acmeconnect/platform",
        "/tenants/aa/ @acmeconnect/x",
        "/tenants/acme_foods/ @acmeconnect/integrations-emea",
        "/tenants/globex/ @acmeconnect/y",
        "/policies/ @acmeconnect/platform",
    ]


@pytest.mark.parametrize(
    "change", [{"name": "Acme"}, {"name": "platform"}, {"kind": "ftp"}, {"owner": "@x/y"}, {"title": "a: {b"}]
)
def test_what_cannot_be_is_told_and_nothing_is_written(repository, change):
    """A wrong word on the command line is a usage error."""
    with pytest.raises(Usage):
        write_tenant(repository, new(**change))
    assert [path.name for path in repository.iterdir()] == ["tenants"]
    assert [path.name for path in (repository / "tenants").iterdir()] == ["_example"]


def test_a_tenant_that_is_there_is_left_alone(repository):
    """A second start changes nothing."""
    write_tenant(repository, new())
    with pytest.raises(Usage, match="there already"):
        write_tenant(repository, new(kind="api"))
