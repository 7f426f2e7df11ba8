"""A tenant is judged whole, from a checkout or from bytes, and quickly."""

from pathlib import Path

import pytest

from pipeline.findings import denied
from pipeline.spec.folder import read_folder
from pipeline.validate.tenant import read_and_validate, validate_tenant

REPOSITORY = Path(__file__).parents[3]
EVERY = sorted(path.name for path in (REPOSITORY / "tenants").iterdir() if path.is_dir())


@pytest.mark.parametrize("tenant", EVERY)
def test_every_tenant_of_this_repository_is_let_through(tenant):
    """The example too."""
    assert not denied(validate_tenant(REPOSITORY, tenant))


def test_bytes_and_checkout_are_judged_alike():
    """The gate judges a commit's tree without checking it out."""
    files, _ = read_folder(REPOSITORY, "globex")
    broken = {**files, "tenants/globex/tenant.yaml": b"tier: gold\n", "tenants/initech/tenant.yaml": b"!"}
    assert validate_tenant(files, "globex") == validate_tenant(REPOSITORY, "globex")
    assert {finding.where.file for finding in validate_tenant(broken, "globex")} == {"tenants/globex/tenant.yaml"}


def test_mistakes_in_many_files_are_told_at_once():
    """One broken file hides no other."""
    files, _ = read_folder(REPOSITORY, "globex")
    root = "tenants/globex/"
    broken = {
        **files,
        f"{root}tenant.yaml": b"tier: gold\n",
        f"{root}mappings/vendors.yaml": b"format: {kind: csv\n",
        f"{root}transforms/purchase_orders.sql": b"DELETE FROM landed",
        f"{root}environments/staging.yaml": files[f"{root}environments/staging.yaml"].replace(
            b"erp_drop:", b"erp_dropp:"
        ),
    }
    _, findings = read_and_validate(broken, "globex")
    assert {finding.where.file.removeprefix(root) for finding in findings} >= {
        "tenant.yaml",
        "mappings/vendors.yaml",
        "transforms/purchase_orders.sql",
        "environments/staging.yaml",
    }
    assert "reference.file_missing" not in {finding.code for finding in findings}


def test_a_tenant_that_is_not_there_is_a_finding():
    """With the command that makes one."""
    (finding,) = validate_tenant(REPOSITORY, "nobody")
    assert finding.code == "document.missing_file"
    assert "acme new tenant nobody" in finding.fix


@pytest.mark.parametrize(
    "line",
    [
        "secret: AKIAIOSFODNN7EXAMPLE",
        'secret: "Hunter-2!"',
        "secret: erp_drop  # password: hunter2hunter2xyz9",
        "secret: erp_drop  # AKIAIOSFODNN7EXAMPLE",
    ],
)
def test_a_pasted_secret_is_told_once(line):
    """As a value, as a value of the wrong form, and in a comment: one finding on its line, and nothing else there."""
    files = read_folder(REPOSITORY, "globex")[0]
    staging = "tenants/globex/environments/staging.yaml"
    files[staging] = files[staging].replace(b"secret: erp_drop ", f"{line}  #".encode())
    assert [finding.code for finding in validate_tenant(files, "globex")] == ["document.secret_literal"]


def test_a_file_that_was_refused_elsewhere_is_not_called_missing():
    """Who reads the bytes says that it is too large; here it is neither read nor missed."""
    files = {**read_folder(REPOSITORY, "globex")[0], "tenants/globex/pipelines/vendors.yaml": None}
    assert validate_tenant(files, "globex") == []


def test_a_broken_schedule_is_the_only_finding():
    """The table's SQL rules and neighbours still find the table."""
    files = read_folder(REPOSITORY, "globex")[0]
    pipeline = "tenants/globex/pipelines/purchase_orders.yaml"
    files[pipeline] = files[pipeline].replace(b'"H * * * *"', b'"61 * * * *"')
    assert [finding.code for finding in validate_tenant(files, "globex")] == ["document.schedule"]
