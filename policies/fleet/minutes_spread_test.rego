package rules.fleet.minutes_spread_test

import data.rules.fleet.minutes_spread

path(i) := sprintf("tenants/globex/pipelines/p%d.yaml", [i])

over(schedule) := {"changed": [path(1)], "documents": object.union(
	{"tenants/globex/environments/staging.yaml": {"cell": "eu1"}, "tenants/globex/environments/production.yaml": {"cell": "eu1"}},
	{path(i): {"schedule": schedule} | some i in numbers.range(1, 61)},
)}

test_minutes_by_hash_are_allowed if {
	minutes_spread.deny == set() with input as over("H * * * *")
}

test_a_crowd_is_named if {
	minutes_spread.deny == {{
		"where": {"file": path(1), "pointer": "/schedule"},
		"what": "61 pipelines of cell `eu1` start at minute 0.",
	}} with input as over("0 3 * * *")
}
