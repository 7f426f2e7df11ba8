package rules.tenant.environments_apart_test

import data.rules.tenant.environments_apart

staging := "tenants/globex/environments/staging.yaml"

at(host, user) := {"connectors": {"drop": {"endpoint": {"host": host}, "user": user}}}

over(test) := {"tenant": "globex", "documents": {staging: test, "tenants/globex/environments/production.yaml": at("sftp.example", "acme")}}

test_another_host_or_user_is_allowed if {
	environments_apart.deny == set() with input as over(at("test.example", "acme"))
	environments_apart.deny == set() with input as over(at("sftp.example", "acme_test"))
}

test_the_same_source_is_named if {
	environments_apart.deny == {{
		"where": {"file": staging, "pointer": "/connectors/drop/endpoint"},
		"what": "`drop` reads the very source of production.",
	}} with input as over(at("sftp.example", "acme"))
}
