package rules.plan.plan_shape_test

import data.rules.plan.plan_shape

where := {"file": "tenants/globex/tenant.yaml", "pointer": ""}

over(plan) := {"tenant": "globex", "plan": plan}

step := {"op": "create", "urn": "urn:pulumi:globex.staging::acme::t::n", "type": "t", "name": "n", "inputs": {}}

test_a_plan_and_no_plan_are_allowed if {
	plan_shape.deny == set() with input as over({"steps": [step]})
	plan_shape.deny == set() with input as over(null)
}

test_a_plan_without_steps_is_denied if {
	plan_shape.deny == {{"where": where, "what": "The plan has no list of steps."}} with input as over({})
}

test_an_unknown_operation_is_denied if {
	plan_shape.deny == {{
		"where": where,
		"what": "Step 1 is no readable step.",
	}} with input as over({"steps": [object.union(step, {"op": "discard"})]})
}

test_a_policy_that_is_not_known_yet_is_denied if {
	plan_shape.deny == {{
		"where": where,
		"what": "`policy` of n is no policy that can be judged before it is made.",
	}} with input as over({"steps": [object.union(step, {"inputs": {"policy": "[unknown]"}})]})
}
