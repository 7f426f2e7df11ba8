package rules.change.classification_lowered_test

import data.rules.change.classification_lowered

file := "tenants/globex/contracts/orders.yaml"

of(column) := {"version": "1.0.0", "schema": [{"properties": [object.union({"name": "total", "physicalType": "DATE"}, column)]}]}

over(before, after) := {
	"changed": [file],
	"documents": {file: of(after)},
	"base": {"documents": {file: of(before)}},
}

test_the_same_or_higher_is_allowed if {
	classification_lowered.deny == set() with input as over({"classification": "confidential"}, {"classification": "restricted"})
	classification_lowered.deny == set() with input as over({"classification": "internal"}, {"classification": "public"})
	classification_lowered.deny == set() with input as over({}, {})
}

test_lower_is_denied if {
	every after in [{"classification": "public"}, {"classification": "internal"}, {}] {
		count(classification_lowered.deny) == 1 with input as over({"classification": "confidential"}, after)
	}
	classification_lowered.deny == {{
		"where": {"file": file, "pointer": ""},
		"what": "Column `total` was restricted and is confidential.",
	}} with input as over({"classification": "restricted"}, {"classification": "confidential"})
}
