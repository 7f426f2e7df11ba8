package rules.tenant.host_keys_required_test

import data.rules.tenant.host_keys_required

file := "tenants/globex/environments/staging.yaml"

over(connector) := {"tenant": "globex", "documents": {file: {"connectors": {"drop": connector}}}}

good := {"endpoint": {"host": "sftp.example", "port": 22}, "host_keys": ["SHA256:2mG0bTDNoYgUu0uJt5o4Yk6cQxO1cHn1rLw2o1Z5zGk"]}

test_a_known_host_is_allowed if {
	host_keys_required.deny == set() with input as over(good)
}

test_an_api_needs_no_host_key if {
	host_keys_required.deny == set() with input as over({"endpoint": {"url": "https://erp.example"}})
}

test_no_key_is_denied if {
	host_keys_required.deny == {{
		"where": {"file": file, "pointer": "/connectors/drop"},
		"what": "`drop` names a host and no host key.",
	}} with input as over(json.remove(good, ["/host_keys"]))
}

test_a_word_that_is_no_fingerprint_is_denied if {
	host_keys_required.deny == {{
		"where": {"file": file, "pointer": "/connectors/drop/host_keys/0"},
		"what": "This is no OpenSSH fingerprint of the form SHA256:…",
	}} with input as over(object.union(good, {"host_keys": ["any"]}))
}
