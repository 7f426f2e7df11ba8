package rules.tenant.cell_known_test

import data.rules.tenant.cell_known

file := "tenants/globex/environments/staging.yaml"

over(cell, cells) := {
	"tenant": "globex",
	"documents": {file: {"cell": cell, "status": "active"}, "stacks/cells.yaml": {"cells": cells}},
}

test_a_cell_that_there_is_is_allowed if {
	cell_known.deny == set() with input as over("eu1", {"eu1": {}, "eu2": {}})
}

test_without_a_list_of_cells_nothing_is_said if {
	cell_known.deny == set() with input as over("eu1", {})
}

test_another_is_denied_with_those_that_there_are if {
	cell_known.deny == {{
		"where": {"file": file, "pointer": "/cell"},
		"what": "There is no cell `eu9`; there are eu1, eu2.",
	}} with input as over("eu9", {"eu1": {}, "eu2": {}})
}
