package rules.fleet.names_apart_test

import data.rules.fleet.names_apart

over(name) := {
	"changed": [sprintf("tenants/%s/tenant.yaml", [name])],
	"base": {"documents": {}},
	"documents": {sprintf("tenants/%s/tenant.yaml", [name]): {}, "tenants/acme_foods/environments/staging.yaml": {}},
}

test_another_name_is_allowed if {
	names_apart.deny == set() with input as over("acme_foods_eu")
}

test_a_name_that_reads_the_same_is_denied if {
	names_apart.deny == {{
		"where": {"file": "tenants/acmef00ds/tenant.yaml", "pointer": ""},
		"what": "`acmef00ds` reads as `acme_foods`, which is another tenant.",
	}} with input as over("acmef00ds")
}
