package rules.change.write_mode_kept_test

import data.rules.change.write_mode_kept

file := "tenants/globex/pipelines/orders.yaml"

contract := "tenants/globex/contracts/orders.yaml"

at(write, version) := {file: {"write": write}, contract: {"version": version}}

over(after) := {"changed": [file], "base": {"documents": at("merge", "1.2.0")}, "documents": after}

test_the_same_mode_and_a_new_major_version_are_allowed if {
	write_mode_kept.deny == set() with input as over(at("merge", "1.2.0"))
	write_mode_kept.deny == set() with input as over(at("append", "2.0.0"))
}

test_another_mode_is_denied if {
	write_mode_kept.deny == {{
		"where": {"file": file, "pointer": "/write"},
		"what": "`write` turns from merge into append, and the contract keeps its major version.",
	}} with input as over(at("append", "1.3.0"))
}
