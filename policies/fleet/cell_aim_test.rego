package rules.fleet.cell_aim_test

import data.rules.fleet.cell_aim

settings := "tenants/globex/environments/staging.yaml"

over(n) := {"changed": [settings], "documents": {
	settings: {"cell": "eu1"},
	"stacks/cells.yaml": {"cells": {"eu1": {"aim": n, "limit": 3}}},
	"tenants/globex/pipelines/a.yaml": null,
	"tenants/globex/pipelines/b.yaml": null,
}}

test_a_cell_at_its_aim_is_allowed if {
	cell_aim.deny == set() with input as over(2)
}

test_a_cell_beyond_it_is_named if {
	cell_aim.deny == {{
		"where": {"file": settings, "pointer": "/cell"},
		"what": "Cell `eu1` would hold 2 pipelines in staging and aims at 1.",
	}} with input as over(1)
}
