package rules.tenant.login_unprivileged_test

import data.rules.tenant.login_unprivileged

file := "tenants/globex/environments/production.yaml"

over(user) := {"tenant": "globex", "documents": {file: {"connectors": {"drop": {"user": user}}}}}

test_a_user_of_our_own_is_allowed if {
	login_unprivileged.deny == set() with input as over("acme_inbound")
}

test_root_is_denied if {
	login_unprivileged.deny == {{
		"where": {"file": file, "pointer": "/connectors/drop/user"},
		"what": "`drop` logs in as `Root`.",
	}} with input as over("Root")
}
