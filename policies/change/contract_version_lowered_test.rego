package rules.change.contract_version_lowered_test

import data.rules.change.contract_version_lowered

file := "tenants/globex/contracts/orders.yaml"

over(before, after) := {
	"changed": [file],
	"documents": {file: {"version": after}},
	"base": {"documents": {file: {"version": before}}},
}

test_the_same_and_higher_ones_are_allowed if {
	every after in ["1.2.0", "1.2.1", "1.10.0", "2.0.0"] {
		contract_version_lowered.deny == set() with input as over("1.2.0", after)
	}
}

test_what_is_no_version_is_the_business_of_validate if {
	contract_version_lowered.deny == set() with input as over("1.2.0", "next")
}

test_a_lower_one_is_denied if {
	contract_version_lowered.deny == {{
		"where": {"file": file, "pointer": "/version"},
		"what": "The version goes from 1.10.0 back to 1.9.0.",
	}} with input as over("1.10.0", "1.9.0")
}
