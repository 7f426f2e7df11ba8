package rules.tenant.owners_known_test

import data.rules.tenant.owners_known

file := "tenants/globex/tenant.yaml"

over(rows) := {"tenant": "globex", "documents": {file: {"owners": ["emea"]}, "CODEOWNERS": rows}}

test_an_owner_of_the_row_is_allowed if {
	owners_known.deny == set() with input as over("* @acme/platform\n/tenants/globex/  @acme/other @acme/emea\r\n")
}

denied := {{
	"where": {"file": file, "pointer": "/owners/0"},
	"what": "CODEOWNERS gives tenants/globex/ to no team `emea`.",
}}

test_an_owner_of_another_tenant_is_denied if {
	owners_known.deny == denied with input as over("/tenants/globex_two/ @acme/emea")
}

test_a_repository_without_owners_is_denied if {
	owners_known.deny == denied with input as {"tenant": "globex", "documents": {file: {"owners": ["emea"]}}}
}
