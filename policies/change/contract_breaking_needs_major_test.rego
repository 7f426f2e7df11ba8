package rules.change.contract_breaking_needs_major_test

import data.rules.change.contract_breaking_needs_major

file := "tenants/globex/contracts/orders.yaml"

of(version, names) := {
	"version": version,
	"schema": [{"properties": [{"name": name, "physicalType": "DATE"} | some name in names]}],
}

over(new) := {"base": {"documents": {file: of("1.2.0", ["a", "b"])}}, "documents": {file: new}, "changed": [file]}

test_an_added_column_is_allowed if {
	contract_breaking_needs_major.deny == set() with input as over(of("1.3.0", ["a", "b", "c"]))
}

test_a_break_with_a_new_major_is_allowed if {
	contract_breaking_needs_major.deny == set() with input as over(of("2.0.0", ["a"]))
}

test_a_break_without_one_is_denied if {
	contract_breaking_needs_major.deny == {{
		"where": {"file": file, "pointer": "/version"},
		"what": "This breaks what version 1.2.0 promised: column `b` is gone.",
	}} with input as over(of("1.3.0", ["a"]))
}
