"""The two tenants are read whole, and compile to releases that read back."""

from pathlib import Path

import pytest

from pipeline import release
from pipeline.spec.compilation import compile_release, settings_document
from pipeline.spec.tenant import read_tenant

REPOSITORY = Path(__file__).parents[3]


@pytest.mark.parametrize("tenant", ["globex", "initech"])
def test_a_tenant_compiles_to_a_release_that_reads_back(tenant):
    """Both tenants have no finding, and their release is what its digest names."""
    read, findings = read_tenant(REPOSITORY, tenant)
    assert findings == []
    compiled = compile_release(read)
    assert release.read(compiled.bytes(), compiled.digest) == compiled


def test_settings_name_the_connectors_of_the_environment():
    """A settings document holds what is live at once, secrets by name."""
    read, _ = read_tenant(REPOSITORY, "globex")
    settings = settings_document(read, "production")
    assert settings["connectors"]["erp_drop"]["endpoint"] == {"host": "sftp.globex.example", "port": 22}
    assert settings["connectors"]["erp_drop"]["secret"] == "erp_drop"
    assert (settings["tenant"], settings["environment"], settings["tier"]) == ("globex", "production", "standard")
