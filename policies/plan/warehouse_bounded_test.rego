package rules.plan.warehouse_bounded_test

import data.lib.samples
import data.rules.plan.warehouse_bounded

type := "snowflake:index/warehouse:Warehouse"

test_a_small_one_that_suspends_is_allowed if {
	warehouse_bounded.deny == set() with input as samples.shared(type, {"autoSuspend": 60, "warehouseSize": "XSMALL"})
}

test_one_that_never_suspends_is_denied if {
	warehouse_bounded.deny == {{
		"where": {"file": "stacks/__main__.py", "pointer": ""},
		"what": "it does not suspend between 30 and 600 seconds after its last query.",
	}} with input as samples.shared(type, {"autoSuspend": 0})
}

test_a_huge_one_is_denied if {
	count(warehouse_bounded.deny) == 2 with input as samples.shared(type, {"autoSuspend": 60, "warehouseSize": "X4LARGE", "maxClusterCount": 10})
}
