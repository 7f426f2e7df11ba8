package rules.tenant.freshness_promised_test

import data.rules.tenant.freshness_promised

file := "tenants/globex/contracts/orders.yaml"

over(promises) := {"tenant": "globex", "documents": {file: {"slaProperties": promises}}}

test_a_promise_is_allowed if {
	freshness_promised.deny == set() with input as over([{"property": "latency", "value": 2, "unit": "h"}])
}

test_a_frequency_alone_is_denied if {
	freshness_promised.deny == {{
		"where": {"file": file, "pointer": ""},
		"what": "The contract promises no latency.",
	}} with input as over([{"property": "frequency", "value": 1, "unit": "h"}])
}
