package rules.change.pin_written_alone_test

import data.rules.change.pin_written_alone

pin := "tenants/globex/environments/production.pin.yaml"

root := "tenants/globex/tenant.yaml"

over(paths) := {
	"head": {"commit": null, "at": ""},
	"changed": paths,
	"documents": {pin: {}, root: {}},
	"base": {"documents": {}},
}

test_a_pin_alone_is_allowed if {
	pin_written_alone.deny == set() with input as over([pin])
}

test_a_tenant_that_goes_takes_its_pin_along if {
	pin_written_alone.deny == set() with input as {
		"head": {"commit": null, "at": ""},
		"changed": [pin, root],
		"documents": {},
		"base": {"documents": {pin: {}, root: {}}},
	}
}

test_a_pin_with_company_is_denied if {
	pin_written_alone.deny == {{
		"where": {"file": pin, "pointer": ""},
		"what": "The pin moves together with tenants/globex/tenant.yaml.",
	}} with input as over([pin, root])
}

test_much_company_is_summed_up if {
	pin_written_alone.deny == {{
		"where": {"file": pin, "pointer": ""},
		"what": "The pin moves together with README.md and 1 more.",
	}} with input as over([pin, root, "README.md"])
}
