package lib.documents_test

import data.lib.documents

test_a_path_says_what_a_file_is if {
	documents.kind("tenants/globex/tenant.yaml") == "tenant"
	documents.kind("tenants/globex/environments/staging.yaml") == "settings"
	documents.kind("tenants/globex/environments/production.pin.yaml") == "pin"
	documents.kind("tenants/globex/contracts/orders.yaml") == "contracts"
	not documents.kind("tenants/globex/notes/orders.yaml")
	documents.name("tenants/globex/contracts/orders.yaml") == "orders"
	documents.tenant_of("tenants/globex/tenant.yaml") == "globex"
	not documents.tenant_of("policies/main.rego")
}

test_only_the_tenants_own_yaml_is_its_own if {
	own := documents.own with input as {
		"tenant": "globex",
		"documents": {"tenants/globex/tenant.yaml": 1, "tenants/globex/a.sql": 2, "tenants/globex_two/tenant.yaml": 3},
	}
	own == {"tenants/globex/tenant.yaml": 1}
	documents.of_kind("tenant") == {} with input as {"tenant": "globex", "documents": {"tenants/globex/x.yaml": 1}}
}

test_a_pointer_escapes_its_keys if {
	documents.pointer(["a/b", "c~d", 0]) == "/a~1b/c~0d/0"
}

test_of_a_fleet_every_tenants_files_have_a_kind if {
	both := {"tenants/globex/pipelines/a.yaml": 1, "tenants/initech/pipelines/b.yaml": 2, "CODEOWNERS": ""}
	documents.all_of_kind("pipelines") == {"tenants/globex/pipelines/a.yaml": 1, "tenants/initech/pipelines/b.yaml": 2} with input as {"documents": both}
	documents.all_of_kind("pin") == {} with input as {"documents": both}
}
