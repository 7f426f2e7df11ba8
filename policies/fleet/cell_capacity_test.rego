package rules.fleet.cell_capacity_test

import data.rules.fleet.cell_capacity

settings := "tenants/globex/environments/staging.yaml"

over(n) := {
	"changed": [settings],
	"documents": object.union({settings: {"cell": "eu1"}}, {file: null |
		some i in numbers.range(1, n)
		file := sprintf("tenants/globex/pipelines/p%d.yaml", [i])
	}),
}

test_a_cell_with_room_is_allowed if {
	cell_capacity.deny == set() with input as over(20)
}

test_a_full_cell_is_denied if {
	cell_capacity.deny == {{
		"where": {"file": settings, "pointer": "/cell"},
		"what": "Cell `eu1` would hold 3001 pipelines in staging; 3000 is the most.",
	}} with input as over(3001)
}
