package rules.tenant.quality_declared_test

import data.rules.tenant.quality_declared

file := "tenants/globex/contracts/orders.yaml"

over(table) := {"tenant": "globex", "documents": {file: {"schema": [table]}}}

rule := {"type": "library", "metric": "rowCount", "mustBeGreaterThan": 0}

test_a_rule_of_the_table_or_a_column_is_enough if {
	quality_declared.deny == set() with input as over({"properties": [], "quality": [rule]})
	quality_declared.deny == set() with input as over({"properties": [{"name": "id", "quality": [rule]}]})
}

test_no_rule_is_named if {
	quality_declared.deny == {{
		"where": {"file": file, "pointer": "/schema/0"},
		"what": "No rule of quality stands in this contract.",
	}} with input as over({"properties": [{"name": "id"}], "quality": []})
}
