package rules.change.freshness_loosened_test

import data.rules.change.freshness_loosened

file := "tenants/globex/contracts/orders.yaml"

at(value, unit) := {file: {"slaProperties": [{"property": "latency", "value": value, "unit": unit}]}}

over(after) := {"changed": [file], "base": {"documents": at(2, "h")}, "documents": after}

test_the_same_and_a_tighter_promise_are_allowed if {
	freshness_loosened.deny == set() with input as over(at(120, "m"))
	freshness_loosened.deny == set() with input as over(at(1, "h"))
}

test_a_looser_promise_is_named if {
	freshness_loosened.deny == {{
		"where": {"file": file, "pointer": "/slaProperties"},
		"what": "The promised latency grows from 120 to 1440 minutes.",
	}} with input as over(at(1, "d"))
}
