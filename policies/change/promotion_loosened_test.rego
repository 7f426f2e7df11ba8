package rules.change.promotion_loosened_test

import data.rules.change.promotion_loosened

file := "tenants/globex/tenant.yaml"

over(before, after) := {"changed": [file], "base": {"documents": before}, "documents": {file: {"promotion": after}}}

test_manual_and_a_first_word_are_allowed if {
	promotion_loosened.deny == set() with input as over({file: {"promotion": "auto"}}, "manual")
	promotion_loosened.deny == set() with input as over({}, "auto")
}

test_manual_that_turns_auto_is_named if {
	promotion_loosened.deny == {{
		"where": {"file": file, "pointer": "/promotion"},
		"what": "Promotions of this tenant would need no further approval.",
	}} with input as over({file: {}}, "auto")
}
