"""Every physical name can be read back in one way only, so two tenants or pipelines never share one."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline import naming
from pipeline.naming import ENVIRONMENTS, STORE_TABLES, Place

NAMES = st.from_regex(naming.NAME, fullmatch=True).filter(naming.is_name)
HOSTILE = st.text(alphabet=string.ascii_letters + string.digits + "_-./: \u0430\u2024\uff3f\n", max_size=30)
PLACES = [Place(environment, "eu-central-1", "123456789012") for environment in ENVIRONMENTS]
PLACE = st.sampled_from(PLACES)


@given(NAMES, NAMES, st.sampled_from(STORE_TABLES), PLACE)
def test_what_a_name_is_made_of_can_be_read_back(tenant, pipeline, kind, place):
    """Each template has an inverse."""
    assert naming.read_dag_id(naming.dag_id(tenant, pipeline)) == (tenant, pipeline)
    assert naming.read_stack(naming.stack(tenant, place.environment)) == (tenant, place.environment)
    assert naming.read_store_table(naming.store_table(pipeline, kind)) == (pipeline, kind)
    assert place.read_role(place.role(tenant)) == tenant
    assert place.read_secret(place.secret(tenant, pipeline)) == (tenant, pipeline)
    assert place.read_snowflake_user(place.snowflake_user(tenant)) == tenant


@given(NAMES, NAMES, PLACE)
def test_two_tenants_share_no_name_and_no_prefix(one, other, place):
    """Nobody's prefix, schema or identity is, or starts with, another's."""
    assume(one != other)
    for template in (naming.tenant_prefix, naming.landing_prefix, place.external_id, place.role, place.snowflake_user):
        assert template(one) != template(other)
    assert not naming.tenant_prefix(one).startswith(naming.tenant_prefix(other))
    assert not place.secret_arn_pattern(one).rstrip("*").startswith(place.secret_arn_pattern(other).rstrip("*"))
    schemas = [
        naming.published_schema(one),
        naming.store_schema(one),
        naming.published_schema(other),
        naming.store_schema(other),
    ]
    assert len(set(schemas)) == 4


@given(st.tuples(NAMES, NAMES), st.tuples(NAMES, NAMES))
def test_two_pairs_never_make_one_name(first, second):
    """The joiner stands in no name, so no cut of a joined name is another pair."""
    assume(first != second)
    assert naming.dag_id(*first) != naming.dag_id(*second)
    assert PLACES[0].table(*first, naming.ROWS) != PLACES[0].table(*second, naming.ROWS)
    assert PLACES[0].secret(*first) != PLACES[0].secret(*second)


@given(NAMES, st.sampled_from(["deployer", "orchestrator", "support"]), PLACE)
def test_the_platform_s_identities_are_no_tenant_s(tenant, part, place):
    """`--` and `___` are in no tenant's name."""
    assert place.identity(part) != place.role(tenant)
    assert place.read_role(place.identity(part)) is None
    assert place.snowflake_identity(part) != place.snowflake_user(tenant)
    assert place.read_snowflake_user(place.snowflake_identity(part)) is None


@given(HOSTILE, PLACE)
def test_what_is_no_name_is_read_as_none(text, place):
    """A foreign or hostile name comes back only where it is exactly what a template makes."""
    if (pair := naming.read_dag_id(text)) is not None:
        assert naming.dag_id(*pair) == text
    if (tenant := place.read_role(text)) is not None:
        assert place.role(tenant) == text
    if (found := naming.read_store_table(text)) is not None:
        assert naming.store_table(*found) == text.upper()


@pytest.mark.parametrize(
    "text", ["", "a", "A1", "a__b", "a_", "_a", "1a", "a-b", "a.b", "a/b", "\u0430b", "a" * 25 + "bc", "ab\n"]
)
def test_hostile_ids_are_no_names(text):
    """Each would make a join ambiguous, or be another name elsewhere."""
    assert not naming.is_name(text)


def test_a_column_has_at_most_63_characters():
    """Longer than a table's name, and still bounded."""
    assert naming.is_column("a" * 63)
    assert not naming.is_column("a" * 64)
    assert not naming.is_column("a_" + "b_" * 31 + "b")
