package lib.contracts_test

import data.lib.contracts

of(properties) := {"version": "1.2.0", "schema": [{"properties": properties}]}

id := {"name": "id", "physicalType": "NUMBER(38,0)", "required": true, "primaryKey": true}

test_nothing_and_a_new_column_break_nothing if {
	contracts.breaks(of([id]), of([id])) == set()
	contracts.breaks(of([id]), of([id, {"name": "note", "physicalType": "VARCHAR(9)"}])) == set()
	contracts.major(of([])) == 1
}

test_wider_types_hold_narrower_ones if {
	contracts.holds("VARCHAR(20)", "varchar( 10 )")
	contracts.holds("NUMBER(21, 4)", "NUMBER(19,4)")
	contracts.holds("DATE", "DATE")
	not contracts.holds("VARCHAR(5)", "VARCHAR(10)")
	not contracts.holds("NUMBER(19,6)", "NUMBER(19,4)")
	not contracts.holds("DATE", "TIMESTAMP_NTZ(3)")
}

test_every_break_is_named if {
	contracts.breaks(of([id]), of([])) == {"column `id` is gone"}
	contracts.breaks(of([id]), of([object.union(id, {"physicalType": "NUMBER(9,0)"})])) == {"column `id` turns from NUMBER(38,0) into NUMBER(9,0)"}
	contracts.breaks(of([id]), of([object.union(id, {"required": false})])) == {"column `id` may now be empty"}
	contracts.breaks(of([id]), of([object.union(id, {"primaryKey": false})])) == {"column `id` leaves the key"}
	contracts.breaks(of([json.remove(id, ["/primaryKey"])]), of([id])) == {"column `id` joins the key"}
}

rule(metric) := {"type": "library", "metric": metric, "mustBe": 0}

with_rules(column, table) := {"version": "1.2.0", "schema": [{"properties": [object.union(id, {"quality": column})], "quality": table}]}

test_a_rule_that_goes_is_a_break_and_another_bound_is_none if {
	sql := {"type": "sql", "description": "nothing below zero", "query": "SELECT 1", "mustBe": 0}
	contracts.breaks(with_rules([rule("nullValues")], [sql]), with_rules([object.union(rule("nullValues"), {"mustBe": 1})], [sql])) == set()
	contracts.breaks(with_rules([], []), with_rules([rule("nullValues")], [sql])) == set()
	contracts.breaks(with_rules([rule("nullValues")], [sql]), with_rules([], [])) == {
		"`id`: nullValues is promised no more",
		"the table: nothing below zero is promised no more",
	}
	contracts.breaks(with_rules([rule("nullValues")], []), of([])) == {"column `id` is gone"}
}
