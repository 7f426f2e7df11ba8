package rules.change.version_told_test

import data.rules.change.version_told

file := "tenants/globex/contracts/orders.yaml"

at(version, name) := {file: {"version": version, "schema": [{"properties": [{"name": "id"}, {"name": name}]}]}}

over(after) := {"changed": [file], "base": {"documents": at("1.2.0", "id")}, "documents": after}

test_a_new_version_is_allowed if {
	version_told.deny == set() with input as over(at("1.3.0", "name"))
	version_told.deny == set() with input as over(at("1.2.0", "id"))
	version_told.deny == set() with input as over({file: {"version": "1.2.0", "schema": [{"properties": []}]}})
}

test_the_same_version_is_named if {
	version_told.deny == {{
		"where": {"file": file, "pointer": "/version"},
		"what": "The schema changes, and version 1.2.0 stays.",
	}} with input as over(at("1.2.0", "name"))
}
