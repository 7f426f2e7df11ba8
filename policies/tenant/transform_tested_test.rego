package rules.tenant.transform_tested_test

import data.rules.tenant.transform_tested

sql := "tenants/globex/transforms/orders.sql"

over(files) := {"tenant": "globex", "documents": object.union({sql: "SELECT 1"}, files)}

test_a_tested_transform_is_allowed if {
	transform_tested.deny == set() with input as over({
		"tenants/globex/tests/orders/input.jsonl": null,
		"tenants/globex/tests/orders/expected.csv": null,
	})
}

test_a_test_without_its_expectation_is_denied if {
	transform_tested.deny == {{
		"where": {"file": sql, "pointer": ""},
		"what": "tenants/globex/tests/orders/ has no expected.csv.",
	}} with input as over({"tenants/globex/tests/orders/input.csv": null})
}
