package rules.tenant.endpoint_public_test

import data.rules.tenant.endpoint_public

file := "tenants/globex/environments/staging.yaml"

over(endpoint) := {"tenant": "globex", "documents": {file: {"connectors": {"drop": {"endpoint": endpoint}}}}}

test_a_customers_hosts_are_allowed if {
	endpoint_public.deny == set() with input as over({"host": "sftp.globex.example", "port": 22})
	endpoint_public.deny == set() with input as over({"url": "https://erp.globex.example:8443/v2", "token_url": "https://172.1.2.3/t"})
}

test_the_metadata_service_is_denied if {
	endpoint_public.deny == {{
		"where": {"file": file, "pointer": "/connectors/drop/endpoint/url"},
		"what": "`169.254.169.254` is inside our own network, or AWS itself.",
	}} with input as over({"url": "https://169.254.169.254/latest"})
}

test_private_names_and_addresses_are_denied if {
	every host in ["localhost", "erp.internal", "10.1.2.3", "172.16.0.9", "192.168.1.1", "s3.eu-west-1.amazonaws.com"] {
		count(endpoint_public.deny) == 1 with input as over({"host": host})
	}
}
