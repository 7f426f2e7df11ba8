"""Connector kinds are found by their files; each reads options, settings and what is fetched."""

import pytest
from pydantic import ValidationError

from pipeline.spec.connectors import kinds
from pipeline.spec.connectors.api import Fetch as ApiFetch
from pipeline.spec.connectors.sftp import Options, Settings

KEY = "SHA256:" + "A" * 43


def test_the_kinds_are_those_of_the_folder():
    """A new kind is one file."""
    assert sorted(kinds()) == ["api", "sftp"]
    assert all(kind.name == name for name, kind in kinds().items())


def test_defaults_are_complete():
    """What a tenant leaves out is written into the release."""
    assert Options(kind="sftp", directory="/out").model_dump() == {
        "kind": "sftp",
        "directory": "/out",
        "complete_when": {"size_stable_s": 30, "marker": None},
    }
    assert ApiFetch(resource="/a").model_dump() == {"resource": "/a", "watermark": None}


@pytest.mark.parametrize("resource", ["customers", "/a/../b", "/a?x=1", "//a", "/a/", "https://x/a", "/a b", "/"])
def test_a_resource_stays_below_the_url(resource):
    """It is a plain path."""
    with pytest.raises(ValidationError):
        ApiFetch(resource=resource)


@pytest.mark.parametrize(
    "change", [{"host_keys": []}, {"host_keys": ["MD5:aa"]}, {"user": "-oX"}, {"secret": "a/b"}, {"port": 1}]
)
def test_settings_of_sftp_pin_the_host(change):
    """Host keys are required, and no option hides in a name."""
    good = {"endpoint": {"host": "sftp.acme.example"}, "user": "acme", "secret": "drop", "host_keys": [KEY]}
    assert Settings.model_validate(good).endpoint.port == 22
    with pytest.raises(ValidationError):
        Settings.model_validate({**good, **change})
