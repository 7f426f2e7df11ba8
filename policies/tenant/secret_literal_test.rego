package rules.tenant.secret_literal_test

import data.rules.tenant.secret_literal

file := "tenants/globex/environments/staging.yaml"

over(document) := {"tenant": "globex", "documents": {file: document}}

test_a_name_is_allowed if {
	secret_literal.deny == set() with input as over({"connectors": {"drop": {
		"secret": "erp_drop",
		"endpoint": {"url": "https://erp.example/v2", "token_url": "https://login.example/oauth2/token"},
		"host_keys": ["SHA256:2mG0bTDNoYgUu0uJt5o4Yk6cQxO1cHn1rLw2o1Z5zGk"],
	}}})
}

test_a_password_is_denied if {
	secret_literal.deny == {{
		"where": {"file": file, "pointer": "/connectors/drop/password"},
		"what": "`password` holds a value, not the name of a secret.",
	}} with input as over({"connectors": {"drop": {"password": "S3cret!"}}})
}

test_an_access_key_is_denied_wherever_it_stands if {
	secret_literal.deny == {{
		"where": {"file": file, "pointer": "/note"},
		"what": "This value looks like an AWS access key.",
	}} with input as over({"note": concat("", ["key AKIA", "ABCDEFGHIJKLMNOP"])})
}

test_a_private_key_in_a_transform_is_denied if {
	sql := "tenants/globex/transforms/orders.sql"
	secret_literal.deny == {{"where": {"file": sql, "pointer": ""}, "what": "This file holds a private key."}} with input as {
		"tenant": "globex",
		"documents": {sql: concat(" ", ["-- -----BEGIN", "PRIVATE KEY-----"])},
	}
}
