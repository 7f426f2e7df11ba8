package rules.fleet.cell_in_use_test

import data.rules.fleet.cell_in_use

over(cells_now) := {
	"changed": ["stacks/cells.yaml"],
	"base": {"documents": {"stacks/cells.yaml": {"cells": {"eu1": {}, "eu2": {}}}}},
	"documents": {
		"stacks/cells.yaml": {"cells": cells_now},
		"tenants/globex/environments/staging.yaml": {"cell": "eu1"},
	},
}

test_an_empty_cell_may_go if {
	cell_in_use.deny == set() with input as over({"eu1": {}})
}

test_a_cell_with_tenants_may_not if {
	cell_in_use.deny == {{
		"where": {"file": "stacks/cells.yaml", "pointer": "/cells"},
		"what": "Cell `eu1` goes, and 1 tenants live in it, globex first.",
	}} with input as over({"eu2": {}})
}
