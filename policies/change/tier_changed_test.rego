package rules.change.tier_changed_test

import data.rules.change.tier_changed

file := "tenants/globex/tenant.yaml"

over(before, after) := {"changed": [file], "base": {"documents": before}, "documents": {file: {"tier": after}}}

test_the_same_and_a_first_tier_are_allowed if {
	tier_changed.deny == set() with input as over({file: {"tier": "trial"}}, "trial")
	tier_changed.deny == set() with input as over({}, "priority")
}

test_another_tier_is_named if {
	tier_changed.deny == {{
		"where": {"file": file, "pointer": "/tier"},
		"what": "The tier turns from trial into priority.",
	}} with input as over({file: {"tier": "trial"}}, "priority")
}
