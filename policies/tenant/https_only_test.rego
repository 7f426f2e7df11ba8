package rules.tenant.https_only_test

import data.rules.tenant.https_only

file := "tenants/initech/environments/staging.yaml"

over(endpoint) := {"tenant": "initech", "documents": {file: {"connectors": {"api": {"endpoint": endpoint}}}}}

test_https_is_allowed if {
	https_only.deny == set() with input as over({"url": "https://erp.example/v2", "host": "sftp.example"})
}

test_http_is_denied if {
	https_only.deny == {{
		"where": {"file": file, "pointer": "/connectors/api/endpoint/token_url"},
		"what": "`token_url` of `api` is no https address.",
	}} with input as over({"url": "https://erp.example/v2", "token_url": "http://login.example"})
}
