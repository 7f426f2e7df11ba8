"""The Snowflake account is prepared with roles, SERVICE users and nothing secret."""

from __future__ import annotations

import re
import stat

import pytest

from pipeline.sandbox import folder as folders
from pipeline.sandbox import identities, parts, snowflake_account
from pipeline.sandbox.folder import Folder


@pytest.mark.parametrize("place", parts.PLACES.values(), ids=parts.PLACES)
def test_each_user_is_bound_to_its_own_identity_of_aws(place):
    """By the ARN in the environment's account; there is no password and no key."""
    text = "\n".join(snowflake_account.statements(place))
    bound = re.findall(r"CREATE USER IF NOT EXISTS (\S+) TYPE = SERVICE .* ARN = '([^']+)'", text)
    expected = {
        place.snowflake_identity(name): place.iam_arn("user", place.identity(name))
        for name in snowflake_account.PRIVILEGES
    }
    assert dict(bound) == expected
    assert "PASSWORD" not in text
    assert set(snowflake_account.PRIVILEGES) <= set(identities.policies(place))


def test_only_the_deployer_may_make_things():
    """Support and collector begin with nothing."""
    text = "\n".join(snowflake_account.statements(parts.PLACES["staging"]))
    granted = re.findall(r"GRANT [A-Z ]+ ON ACCOUNT TO ROLE (\S+)", text)
    assert set(granted) == {"ACME_STAGING___DEPLOYER"}


def test_the_administrators_password_is_made_once(tmp_path):
    """Each account has its own, readable by its owner alone."""
    folder = Folder(tmp_path)
    folders.make(folder)
    first = snowflake_account.password(folder, "staging")
    assert snowflake_account.password(folder, "staging") == first != snowflake_account.password(folder, "production")
    path = snowflake_account.database_file(folder, "staging", "password")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
