"""What a change means to those who read a table, and which columns are made of which."""

from pathlib import Path

import pytest

from pipeline.release import Column, Contract
from pipeline.spec.folder import read_folder
from pipeline.spec.tenant import read_files
from pipeline.validate.compatibility import differences, kind_of, stands
from pipeline.validate.difference import difference
from pipeline.validate.lineage import lineage, readers

REPOSITORY = Path(__file__).parents[3]
FILES = read_folder(REPOSITORY, "globex")[0]
CONTRACT = "tenants/globex/contracts/vendors.yaml"
ORDERS = "tenants/globex/transforms/purchase_orders.sql"


def column(name="x", type_="NUMBER(9,2)", *, required=True, key=None):
    return Column(name, type_, "number", required, key, unique=False, pattern=None, classification=None)


def edited(edits):
    changed = dict(FILES)
    for file, old, new in edits:
        assert old.encode() in changed[file]
        changed[file] = changed[file].replace(old.encode(), new.encode(), 1)
    return changed


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ([column()], [column()], "none"),
        ([column()], [column(), column("y")], "additive"),
        ([column(required=False)], [column()], "additive"),
        ([column()], [column(type_="NUMBER(12,2)")], "widening"),
        ([column()], [column(type_="NUMBER(9,3)")], "breaking"),
        ([column()], [column(type_="VARCHAR(9)")], "breaking"),
        ([column()], [column(required=False)], "breaking"),
        ([column()], [column(key=1)], "breaking"),
        ([column(key=1), column("y", key=2)], [column(key=2), column("y", key=1)], "breaking"),
        ([column(), column("y")], [column(type_="NUMBER(12,2)")], "breaking"),
    ],
)
def test_how_far_a_contract_moved(before, after, kind):
    """Nothing, more, wider, or away from under its readers: the farthest counts."""
    old, new = (Contract("1.0.0", tuple(columns), (), None) for columns in (before, after))
    assert kind_of(differences(old, new)) == kind


@pytest.mark.parametrize(
    ("old", "new", "can"),
    [
        ("NUMBER(9,2)", "NUMBER(12,2)", True),
        ("NUMBER(9,2)", "NUMBER(5,2)", True),
        ("NUMBER(9,2)", "NUMBER(12,4)", False),
        ("VARCHAR(8)", "VARCHAR(16)", True),
        ("TIMESTAMP_NTZ(3)", "TIMESTAMP_NTZ(9)", False),
        ("TIMESTAMP_NTZ(9)", "TIMESTAMP_NTZ(3)", True),
        ("DATE", "TIMESTAMP_NTZ(3)", False),
        ("TIMESTAMP_NTZ(3)", "TIMESTAMP_TZ(3)", False),
    ],
)
def test_what_a_column_can_become_where_it_stands(old, new, can):
    """As the deployer's DDL does it: never narrower, never another nature."""
    assert stands(old, new) is can


def test_who_reads_a_dropped_column_is_named():
    """A neighbour's transform, a neighbour's rule and the roles of the contract."""
    rule = '{type: sql, description: d, query: "SELECT COUNT(*) FROM vendors AS v WHERE v.credit IS NULL", mustBe: 0}'
    base = edited(
        [
            (ORDERS, "    vendor_id,", "    landed.vendor_id,"),
            (
                ORDERS,
                "FROM landed",
                "FROM landed LEFT JOIN vendors AS v ON landed.vendor_id = v.vendor_id AND v.credit = 'average'",
            ),
            ("tenants/globex/contracts/purchase_order_lines.yaml", "    quality:\n", f"    quality:\n      - {rule}\n"),
            (CONTRACT, "status: active", "status: active\nroles: [{role: buyers}]"),
        ]
    )
    head = {**base, CONTRACT: base[CONTRACT].replace(b"- name: credit\n", b"- name: grade\n")}
    [dropped] = [found for found in difference(base, head, "globex") if found.code == "contract.dropped"]
    who = "`transforms/purchase_orders.sql`, `contracts/purchase_order_lines.yaml`, `buyers`"
    assert f"it is read by {who}" in dropped.what


@pytest.mark.parametrize("status", ["draft", "proposed"])
def test_a_draft_binds_nobody(status):
    """Until the contract is active, its columns may come and go."""
    base = edited([(CONTRACT, "status: active", f"status: {status}")])
    head = {**base, CONTRACT: base[CONTRACT].replace(b"- name: credit\n", b"- name: grade\n")}
    assert "contract.dropped" not in {found.code for found in difference(base, head, "globex")}


def test_the_same_files_are_no_change():
    """And neither is a tenant that comes or goes."""
    assert difference(FILES, FILES, "globex") == []
    assert difference({}, FILES, "globex") == difference(FILES, {}, "globex") == []


def test_each_column_knows_its_source_fields():
    """Through sums, CASE and WITH down to the names that the source gives; siblings by their table."""
    assert lineage(read_files(FILES, "globex")[0])["purchase_orders"]["total_due"] == ["Freight", "SubTotal", "TaxAmt"]
    sql = (
        "WITH s AS (SELECT * FROM landed) SELECT s.vendor_id, o.total_due AS x "
        "FROM s JOIN purchase_orders AS o ON o.vendor_id = s.vendor_id"
    )
    tenant = read_files({**FILES, "tenants/globex/transforms/vendors.sql": sql.encode()}, "globex")[0]
    assert lineage(tenant)["vendors"] == {"vendor_id": ["BusinessEntityID"], "x": ["purchase_orders.total_due"]}
    assert readers(tenant, "purchase_orders")["total_due"] == [
        "transforms/vendors.sql",
        "contracts/purchase_orders.yaml",
    ]
