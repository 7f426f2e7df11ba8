package rules.change.host_key_changed_test

import data.rules.change.host_key_changed

file := "tenants/globex/environments/production.yaml"

with_keys(keys) := {file: {"connectors": {"drop": {"host_keys": keys}}}}

over(before, after) := {"changed": [file], "base": {"documents": with_keys(before)}, "documents": with_keys(after)}

test_fewer_keys_and_first_keys_are_allowed if {
	host_key_changed.deny == set() with input as over(["SHA256:a", "SHA256:b"], ["SHA256:b"])
	host_key_changed.deny == set() with input as over([], ["SHA256:b"])
}

test_a_new_key_is_named if {
	host_key_changed.deny == {{
		"where": {"file": file, "pointer": "/connectors/drop/host_keys"},
		"what": "`drop` trusts 1 more host keys than before.",
	}} with input as over(["SHA256:a"], ["SHA256:b"])
}
