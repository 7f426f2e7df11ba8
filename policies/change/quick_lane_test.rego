package rules.change.quick_lane_test

import data.rules.change.quick_lane

pin := "tenants/globex/environments/production.pin.yaml"

over(release) := {
	"head": {"commit": null, "at": ""},
	"changed": [pin],
	"documents": {pin: {"release": release}},
	"base": {"documents": {pin: {"release": "77aa01d3ffff"}}, "live_releases": {pin: ["9f3c1e0bffff", "77aa01d3ffff"]}},
}

test_a_new_release_is_no_quick_lane if {
	quick_lane.deny == set() with input as over("0123")
}

test_a_return_is_named if {
	quick_lane.deny == {{
		"where": {"file": pin, "pointer": "/release"},
		"what": "The pin returns to release 9f3c1e0b, live within 180 days: quick lane.",
	}} with input as over("9f3c1e0bffff")
}
