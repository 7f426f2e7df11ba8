"""The DDL of a pipeline."""

import pytest

from pipeline.errors import Conflict
from pipeline.publish import schema
from pipeline.release import Column, Contract, shape_of
from tests.warehouse import landed, orders


def contract(**types):
    return Contract(
        "1.0.0", tuple(Column(name, type_, "string", key=1 if name == "id" else None) for name, type_ in types.items())
    )


def test_building_twice_is_building_once(store):
    """Every statement may run again; the mutex keeps its one row, the data stays."""
    one = store()
    one.publish(landed("a.csv"))
    one.build()
    assert one.rows(f"SELECT COUNT(*) FROM {one.tables.mutex}") == [(1,)]
    assert one.visible() == [(1, 10), (2, 20)]


def test_a_new_column_joins_and_the_older_release_does_not_notice(store):
    """Expand: the column is there, older rows have NULL in it; a rollback's narrower view still reads."""
    one = store()
    one.publish(landed("a.csv"))
    older = one.pipeline
    one.pipeline = orders(contract=contract(id="NUMBER(38,0)", val="NUMBER(38,0)", note="VARCHAR(8)"))
    one.build()
    assert one.visible() == [(1, 10, None), (2, 20, None)]
    one.pipeline = older
    one.build()
    assert one.visible() == [(1, 10), (2, 20)]


def test_columns_widen_and_never_narrow():
    """A wider type is altered, a narrower or equal one is left as it stands."""
    wanted = orders(contract=contract(id="NUMBER(38,0)", a="VARCHAR(32)", b="VARCHAR(8)", c="NUMBER(21,4)"))
    standing = {"id": "NUMBER(38,0)", "a": "VARCHAR(16)", "b": "VARCHAR(16)", "c": "NUMBER(19,4)"}
    assert schema.widenings("T", standing, wanted) == [
        "ALTER TABLE T ALTER COLUMN a SET DATA TYPE VARCHAR(32)",
        "ALTER TABLE T ALTER COLUMN c SET DATA TYPE NUMBER(21,4)",
    ]


@pytest.mark.parametrize(
    ("old", "new"), [("NUMBER(19,4)", "NUMBER(21,2)"), ("VARCHAR(8)", "DATE"), ("DATE", "NUMBER(38,0)")]
)
def test_a_change_of_nature_is_refused(old, new):
    """It takes a new column: rows of older releases stand in the old one."""
    with pytest.raises(Conflict, match="cannot become"):
        schema.widenings("T", {"a": old}, orders(contract=contract(a=new)))


def test_the_tenant_owns_nothing_and_may_only_add():
    """Its role: UPDATE the mutex, INSERT and SELECT rows, quarantine and ledger, SELECT the epoch and the view."""
    from pipeline.naming import Place

    place = Place("staging", "eu-west-1", "000000000001")
    statements = [*schema.tables(place, "globex", orders()), *schema.view(place, "globex", orders())]
    grants = sorted(statement for statement in statements if statement.startswith("GRANT"))
    store = "ACME_STAGING.GLOBEX__STORE.ORDERS__"
    assert grants == sorted(
        [
            f"GRANT INSERT, SELECT ON TABLE {store}LEDGER TO ROLE ACME_STAGING__GLOBEX",
            f"GRANT INSERT, SELECT ON TABLE {store}QUARANTINE TO ROLE ACME_STAGING__GLOBEX",
            f"GRANT INSERT, SELECT ON TABLE {store}ROWS TO ROLE ACME_STAGING__GLOBEX",
            f"GRANT SELECT ON TABLE {store}EPOCH TO ROLE ACME_STAGING__GLOBEX",
            f"GRANT SELECT, UPDATE ON TABLE {store}MUTEX TO ROLE ACME_STAGING__GLOBEX",
            "GRANT SELECT ON VIEW ACME_STAGING.GLOBEX.ORDERS TO ROLE ACME_STAGING__GLOBEX",
        ]
    )


def test_a_deployment_raises_its_epochs_once(store):
    """Said again with the same id it does nothing; another one gets a higher number; `above` lifts it."""
    from pipeline.publish.epoch import raise_epochs, read_epoch

    one = store()
    given = (one.session, one.place, one.tenant, ["orders"])
    assert raise_epochs(*given, release="a" * 64, deployment="d-2") == {"orders": 2}
    assert raise_epochs(*given, release="a" * 64, deployment="d-2") == {"orders": 2}
    assert raise_epochs(*given, release="b" * 64, deployment="d-3", above=7) == {"orders": 8}
    newest = read_epoch(one.session, one.place, one.tenant, "orders")
    assert (newest.epoch, newest.release, newest.deployment) == (8, "b" * 64, "d-3")


def test_without_an_epoch_row_nothing_is_live(store):
    """A pipeline that was never deployed has no epoch, and its run is turned away."""
    from pipeline.publish.epoch import read_epoch
    from pipeline.publish.fence import Kind

    one = store()
    one.session.execute(f"DELETE FROM {one.tables.epoch}")
    assert read_epoch(one.session, one.place, one.tenant, "orders") is None
    assert one.publish(landed("a.csv")).kind is Kind.SUPERSEDED


def test_a_mutex_without_its_row_stops_everything(store):
    """No row, no lock: nobody publishes."""
    one = store()
    one.session.execute(f"DELETE FROM {one.tables.mutex}")
    with pytest.raises(Conflict, match="0 rows, not one"):
        one.publish(landed("a.csv"))


def test_types_are_read_with_snowflakes_defaults():
    """`VARCHAR` is its longest, `NUMBER` is 38 digits."""
    assert shape_of("number(19, 4)") == ("NUMBER", (19, 4))
    assert shape_of("NUMBER") == ("NUMBER", (38, 0))
    assert shape_of("TEXT") == ("VARCHAR", (16777216,))
    assert shape_of("TIMESTAMP_NTZ(3)") == ("TIMESTAMP_NTZ", (3,))
