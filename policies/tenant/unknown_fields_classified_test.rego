package rules.tenant.unknown_fields_classified_test

import data.rules.tenant.unknown_fields_classified

file := "tenants/globex/mappings/orders.yaml"

over(word) := {"tenant": "globex", "documents": {file: {"unknown_fields": word, "fields": {}}}}

test_what_keeps_them_out_is_allowed if {
	unknown_fields_classified.deny == set() with input as over("quarantine")
	unknown_fields_classified.deny == set() with input as over("ignore")
	unknown_fields_classified.deny == set() with input as {"tenant": "globex", "documents": {file: {"fields": {}}}}
}

test_what_lets_them_in_is_named if {
	unknown_fields_classified.deny == {{
		"where": {"file": file, "pointer": "/unknown_fields"},
		"what": "Unknown fields are kept.",
	}} with input as over("keep")
}
