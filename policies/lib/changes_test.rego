package lib.changes_test

import data.lib.changes

pin := "tenants/globex/environments/production.pin.yaml"

test_a_pull_request_is_one_unit_and_a_push_is_many if {
	count(changes.units) == 1 with input as {"head": {"commit": null, "at": "", "commits": [1, 2]}, "changed": []}
	changes.units == [1, 2] with input as {"head": {"pushed": true, "commits": [1, 2]}, "changed": []}
}

test_paths_belong_to_rooms if {
	changes.rooms(["tenants/globex/tenant.yaml", "CODEOWNERS"]) == {"globex"}
	changes.rooms(["policies/main.rego"]) == {"the platform"}
}

over(release) := {
	"documents": {pin: {"release": release}},
	"base": {"documents": {pin: {"release": "new"}}, "live_releases": {pin: ["old", "new"]}},
	"changed": [pin],
}

test_the_quick_lane_is_a_pin_that_returns_and_nothing_else if {
	changes.quick_lane({"changed": [pin]}) with input as over("old")
	not changes.quick_lane({"changed": [pin]}) with input as over("unseen")
	not changes.quick_lane({"changed": [pin]}) with input as over("new")
	not changes.quick_lane({"changed": [pin, "tenants/globex/tenant.yaml"]}) with input as over("old")
	not changes.quick_lane({"changed": []}) with input as over("old")
}

test_what_came_and_what_went if {
	changes.added_or_changed(pin) with input as over("old")
	changes.removed("a") with input as {"base": {"documents": {"a": 1}}, "documents": {}}
	not changes.removed("a") with input as {"base": {"documents": {"a": 1}}, "documents": {"a": null}}
}
