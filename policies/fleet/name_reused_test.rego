package rules.fleet.name_reused_test

import data.rules.fleet.name_reused

file := "tenants/globex/tenant.yaml"

over(removed) := {"changed": [file], "documents": {file: {}}, "base": {"documents": {}, "removed": removed}}

test_a_new_name_is_allowed if {
	name_reused.deny == set() with input as over(["tenants/hooli/tenant.yaml"])
}

test_a_used_name_is_denied if {
	name_reused.deny == {{
		"where": {"file": file, "pointer": ""},
		"what": "tenants/globex/tenant.yaml stood here before and was removed.",
	}} with input as over([file])
}
