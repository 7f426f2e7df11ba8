package rules.change.pin_removed_test

import data.rules.change.pin_removed

pin := "tenants/globex/environments/production.pin.yaml"

root := "tenants/globex/tenant.yaml"

over(after) := {"changed": [pin], "base": {"documents": {pin: {"release": "a"}, root: {}}}, "documents": after}

test_a_pin_that_moves_and_a_tenant_that_goes_are_allowed if {
	pin_removed.deny == set() with input as over({pin: {"release": "b"}, root: {}})
	pin_removed.deny == set() with input as over({})
}

test_a_pin_that_goes_is_named if {
	pin_removed.deny == {{
		"where": {"file": pin, "pointer": ""},
		"what": "The pin goes, and with it all of globex in production stops.",
	}} with input as over({root: {}})
}
