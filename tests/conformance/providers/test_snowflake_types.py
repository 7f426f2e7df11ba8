"""Every Snowflake type behaves before the engine as the real provider does before the cloud."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from pipeline.sandbox import lifecycle
from pipeline.sandbox.providers.resource_type import is_same
from pipeline.sandbox.providers.wire import UNKNOWN

DATABASE = "snowflake:index/database:Database"
SCHEMA = "snowflake:index/schema:Schema"
ROLE = "snowflake:index/accountRole:AccountRole"
USER = "snowflake:index/serviceUser:ServiceUser"
WAREHOUSE = "snowflake:index/warehouse:Warehouse"
INTEGRATION = "snowflake:index/storageIntegrationAws:StorageIntegrationAws"
STAGE = "snowflake:index/stageExternalS3:StageExternalS3"
GRANT_ROLE = "snowflake:index/grantAccountRole:GrantAccountRole"
GRANT = "snowflake:index/grantPrivilegesToAccountRole:GrantPrivilegesToAccountRole"
OWNERSHIP = "snowflake:index/grantOwnership:GrantOwnership"
ARN = "arn:aws:iam::111111111111:role/acme-staging-globex"
LAKE = "s3://acme-staging-eu-west-1-lake/"
X = "X"  # stands for a name of the test's own
# token → (what must stand before, inputs, changed inputs)
CASES = {
    DATABASE: ([], {"name": X}, {"comment": "c"}),
    SCHEMA: ([DATABASE], {"name": "GLOBEX", "database": X, "withManagedAccess": "true"}, {"comment": "c"}),
    ROLE: ([], {"name": X}, {"comment": "c"}),
    USER: (
        [],
        {
            "name": X,
            "defaultRole": X,
            "defaultSecondaryRolesOption": "NONE",
            "defaultWorkloadIdentity": {"aws": {"arn": ARN}},
            "lockTimeout": 60,
            "abortDetachedQuery": True,
        },
        {"lockTimeout": 90, "comment": "c"},
    ),
    WAREHOUSE: (
        [],
        {
            "name": X,
            "warehouseSize": "XSMALL",
            "autoSuspend": 60,
            "autoResume": "true",
            "initiallySuspended": True,
        },
        {"autoSuspend": 120},
    ),
    INTEGRATION: (
        [],
        {
            "name": X,
            "enabled": True,
            "storageProvider": "S3",
            "storageAwsRoleArn": ARN,
            "storageAwsExternalId": "acme:staging:snowflake",
            "storageAllowedLocations": [LAKE],
        },
        {"storageAllowedLocations": [LAKE, "s3://another/"]},
    ),
    STAGE: (
        [SCHEMA, INTEGRATION],
        {
            "name": "LANDING",
            "database": X,
            "schema": "GLOBEX",
            "url": f"{LAKE}globex/landing/",
            "storageIntegration": X,
        },
        {"url": f"{LAKE}globex/landing/more/"},
    ),
    GRANT_ROLE: ([ROLE, USER], {"roleName": X, "userName": X}, {}),
    GRANT: (
        [ROLE, SCHEMA],
        {"accountRoleName": X, "privileges": ["USAGE"], "onSchema": {"schemaName": '"X"."GLOBEX"'}},
        {"privileges": ["MONITOR", "USAGE"]},
    ),
}
TWICE = [DATABASE, SCHEMA, ROLE, USER, WAREHOUSE, INTEGRATION, STAGE]


@pytest.fixture
def name() -> str:
    return f"T_{uuid.uuid4().hex[:12].upper()}"


@pytest.fixture
def stand(account, name):
    """Makes what must stand before a type, and gives its inputs."""
    made = set()

    def filled(value):
        if isinstance(value, dict):
            return {key: filled(item) for key, item in value.items()}
        if isinstance(value, str):
            return name if value == X else value.replace('"X"', f'"{name}"')
        return value

    def stand(token) -> dict:
        before, inputs, _ = CASES[token]
        for each in before:
            given = stand(each)
            if each not in made:
                account.create(each, given)
                made.add(each)
        return filled(inputs)

    return stand


@pytest.mark.parametrize("token", CASES)
def test_a_resource_lives_its_whole_life(account, stand, token):
    """Created, read without a difference, updated, read again, deleted, gone; a second delete does no harm."""
    inputs = stand(token)
    identifier, outputs = account.create(token, inputs)
    checked, _ = account.check(token, inputs)
    assert identifier
    assert all(is_same(outputs[key], value) for key, value in inputs.items())
    _, read, _ = account.read(token, identifier, checked)
    assert account.diff(token, read, checked) == ([], [])
    changed = {**checked, **CASES[token][2]}
    if CASES[token][2]:
        assert account.diff(token, read, changed) == (sorted(CASES[token][2]), [])
        account.update(token, identifier, checked, changed)
        _, read, _ = account.read(token, identifier, changed)
        assert account.diff(token, read, changed) == ([], [])
    account.delete(token, identifier, changed)
    assert account.read(token, identifier, changed)[0] == ""
    account.delete(token, identifier, changed)


@pytest.mark.parametrize("token", CASES)
def test_a_resource_is_imported_by_its_identifier(account, stand, token):
    """Read without inputs gives the inputs that would make what stands."""
    inputs = stand(token)
    identifier, _ = account.create(token, inputs)
    checked, _ = account.check(token, inputs)
    found, imported, _ = account.read(token, identifier)
    untold = {"defaultSecondaryRolesOption", "initiallySuspended", "storageAwsExternalId"}
    assert found == identifier
    assert set(account.diff(token, imported, checked)[0]) <= untold


@pytest.mark.parametrize("token", TWICE)
def test_a_second_create_fails_as_in_the_cloud(account, stand, token):
    """Nothing that exists is taken over silently."""
    inputs = stand(token)
    account.create(token, inputs)
    with pytest.raises(grpc.RpcError, match="002002"):
        account.create(token, inputs)


@pytest.mark.parametrize("token", CASES)
def test_a_preview_makes_nothing(account, token):
    """An empty identifier, computed outputs unknown, and nothing there afterwards."""
    identifier, outputs = account.create(token, CASES[token][1], preview=True)
    assert identifier == ""
    if token not in (GRANT, GRANT_ROLE):
        assert outputs["fullyQualifiedName"] == UNKNOWN


def test_identifiers_are_the_real_providers(account, stand, name):
    """So that what is imported here is imported there by the same words."""
    assert account.create(GRANT, stand(GRANT))[0] == f'"{name}"|false|false|USAGE|OnSchema|OnSchema|"{name}"."GLOBEX"'
    assert account.create(STAGE, stand(STAGE))[0] == f'"{name}"."GLOBEX"."LANDING"'
    assert account.create(GRANT_ROLE, stand(GRANT_ROLE))[0] == f'"{name}"|USER|"{name}"'


def test_a_grant_taken_away_by_hand_shows_as_gone(account, stand):
    """The next preview grants it again."""
    inputs = stand(GRANT)
    identifier, _ = account.create(GRANT, inputs)
    account.delete(GRANT, identifier, inputs)  # as anybody's REVOKE
    assert account.read(GRANT, identifier, inputs)[0] == ""


def test_half_a_grant_shows_as_drift(account, stand):
    """Of two privileges one is still there."""
    inputs = {**stand(GRANT), "privileges": ["MONITOR", "USAGE"]}
    identifier, _ = account.create(GRANT, inputs)
    account.delete(GRANT, identifier, {**inputs, "privileges": ["MONITOR"]})
    _, read, _ = account.read(GRANT, identifier, inputs)
    assert account.diff(GRANT, read, inputs)[0] == ["privileges"]


def test_who_may_log_in_shows_as_drift(account, stand):
    """A user bound to another identity is not the one that was made."""
    inputs = stand(USER)
    identifier, _ = account.create(USER, inputs)
    other = {**inputs, "defaultWorkloadIdentity": {"aws": {"arn": ARN + "x"}}}
    account.update(USER, identifier, inputs, other)
    _, read, _ = account.read(USER, identifier, inputs)
    assert account.diff(USER, read, inputs)[0] == ["defaultWorkloadIdentity"]


def test_ownership_is_handed_over_and_back(account, stand, name):
    """Deleting the grant gives the object to whoever deletes."""
    stand(GRANT)
    account.create(ROLE, {"name": f"{name}_OWNER"})
    on = {"objectType": "SCHEMA", "objectName": f'"{name}"."GLOBEX"'}
    inputs = {"accountRoleName": f"{name}_OWNER", "outboundPrivileges": "COPY", "on": on}
    identifier, _ = account.create(OWNERSHIP, inputs)
    checked, _ = account.check(OWNERSHIP, inputs)
    assert account.diff(OWNERSHIP, account.read(OWNERSHIP, identifier, checked)[1], checked) == ([], [])
    account.delete(OWNERSHIP, identifier, checked)
    assert account.read(OWNERSHIP, identifier, checked)[0] == ""


@pytest.mark.parametrize(
    ("token", "inputs", "reason"),
    [
        (GRANT, {"accountRoleName": "A", "privileges": ["USAGE"]}, "one of `onAccount"),
        (GRANT, {"accountRoleName": "A", "onAccount": True}, "one of `all_privileges,privileges`"),
        (SCHEMA, {"name": "A", "database": "B", "withManagedAccess": True}, "expected string, got boolean"),
        (USER, {"name": "A", "abortDetachedQuery": "true"}, "expected boolean, got string"),
        (STAGE, {"name": "A", "database": "B", "url": "s3://c/"}, 'The argument "schema" is required'),
        (ROLE, {"name": "A", "owner": "B"}, "Invalid or unknown key"),
    ],
)
def test_a_wrong_input_is_refused(account, token, inputs, reason):
    """The provider's own quirks included: three-valued booleans are texts."""
    _, reasons = account.check(token, inputs)
    assert [said for said in reasons if reason in said]


@pytest.mark.parametrize(
    ("token", "key", "replaced"),
    [
        (ROLE, "name", True),
        (SCHEMA, "name", True),
        (SCHEMA, "database", True),
        (SCHEMA, "isTransient", True),
        (DATABASE, "comment", False),
        (WAREHOUSE, "warehouseSize", False),
    ],
)
def test_what_cannot_be_altered_is_replaced(account, token, key, replaced):
    """The inputs that replace in the real provider replace here."""
    inputs = {**CASES[token][1], key: "a"}
    assert account.diff(token, inputs, {**inputs, key: "b"}) == ([key], [key] if replaced else [])


@pytest.mark.parametrize(("token", "key"), [(WAREHOUSE, "warehouseSize"), (STAGE, "storageIntegration")])
def test_what_cannot_be_taken_away_is_replaced(account, token, key):
    """It can be altered, not emptied."""
    inputs = CASES[token][1]
    assert account.diff(token, inputs, {**inputs, key: ""}) == ([key], [key])


def test_many_resources_at_once_are_made_each_in_its_own_session(account, name):
    """As an engine does it: sixteen creates in parallel, none waits for or breaks another."""
    with ThreadPoolExecutor(max_workers=16) as pool:
        made = list(pool.map(lambda n: account.create(ROLE, {"name": f"{name}_{n}"})[0], range(16)))
    assert made == [f'"{name}_{n}"' for n in range(16)]


def test_a_server_that_was_started_anew_is_no_end(account, name, staging, toolset):
    """Its sessions are gone, its data is not: the next statement is said in a new session."""
    identifier, _ = account.create(ROLE, {"name": name})
    lifecycle.stop(staging, "snowflake_staging")
    lifecycle.start(staging, toolset, ("snowflake_staging",))
    account.create(ROLE, {"name": f"{name}_AFTER"})
    assert account.read(ROLE, identifier, {"name": name})[0] == identifier
