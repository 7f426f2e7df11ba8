package rules.tenant.key_given_test

import data.rules.tenant.key_given

file := "tenants/globex/mappings/orders.yaml"

over(key) := {"tenant": "globex", "documents": {
	file: {"fields": {"Id": {"column": "id", "default": "0"}}},
	"tenants/globex/contracts/orders.yaml": {"schema": [{"properties": [{"name": "id", "primaryKey": key}]}]},
}}

test_a_default_of_another_column_is_allowed if {
	key_given.deny == set() with input as over(false)
}

test_a_default_of_a_key_is_denied if {
	key_given.deny == {{
		"where": {"file": file, "pointer": "/fields/Id/default"},
		"what": "`id` is part of the key, and would be given where the source sends none.",
	}} with input as over(true)
}
