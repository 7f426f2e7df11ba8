package rules.change.size_reviewable_test

import data.rules.change.size_reviewable

over(n, pushed) := {"head": {"pushed": pushed}, "changed": [sprintf("tenants/globex/f%d", [i]) | some i in numbers.range(1, n)]}

test_what_can_be_read_is_allowed if {
	size_reviewable.deny == set() with input as over(200, false)
	size_reviewable.deny == set() with input as over(201, true)
}

test_more_is_named if {
	size_reviewable.deny == {{
		"where": {"file": "tenants/globex/f1", "pointer": ""},
		"what": "201 files change; a person reads 200 at most.",
	}} with input as over(201, false)
}
