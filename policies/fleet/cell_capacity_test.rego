package rules.fleet.cell_capacity_test

import data.rules.fleet.cell_capacity

settings := "tenants/globex/environments/staging.yaml"

over(n, changed) := {
	"changed": changed,
	"documents": object.union(
		{settings: {"cell": "eu1"}, "stacks/cells.yaml": {"cells": {"eu1": {"limit": 100}}}},
		{file: null |
			some i in numbers.range(1, n)
			file := sprintf("tenants/globex/pipelines/p%d.yaml", [i])
		},
	),
}

test_a_cell_with_room_is_allowed if {
	cell_capacity.deny == set() with input as over(100, [settings])
}

test_what_others_did_is_no_fault_of_this_change if {
	cell_capacity.deny == set() with input as over(101, [])
}

test_a_full_cell_is_denied if {
	every changed in [settings, "tenants/globex/pipelines/p7.yaml"] {
		cell_capacity.deny == {{
			"where": {"file": settings, "pointer": "/cell"},
			"what": "Cell `eu1` would hold 101 pipelines in staging; 100 is the most.",
		}} with input as over(101, [changed])
	}
}

test_a_limit_below_what_is_there_is_denied if {
	cell_capacity.deny == {{
		"where": {"file": "stacks/cells.yaml", "pointer": "/cells/eu1"},
		"what": "Cell `eu1` holds 101 pipelines in staging already.",
	}} with input as over(101, ["stacks/cells.yaml"])
}
