package lib.plans_test

import data.lib.plans

step(op, inputs) := {"op": op, "urn": "urn:pulumi:globex.staging::acme::t::n", "type": "t", "name": "n", "inputs": inputs}

test_steps_are_sorted_by_what_they_do if {
	plan := {"plan": {"steps": [step("create", {}), step("same", {}), step("delete", {})]}}
	count(plans.standing) == 2 with input as plan
	count(plans.changing) == 1 with input as plan
	count(plans.destroying) == 1 with input as plan
	plans.steps == [] with input as {"plan": null}
}

test_a_urn_tells_the_environment if {
	plans.environment(step("same", {})) == "staging"
}

test_a_plan_is_shown_at_a_front_door if {
	plans.where.file == "tenants/globex/tenant.yaml" with input as {"tenant": "globex"}
	plans.where.file == "stacks/__main__.py" with input as {"tenant": null}
}

test_statements_are_found_in_text_and_in_objects if {
	plan := {"plan": {"steps": [
		step("create", {"policy": `{"Statement": {"Effect": "Allow"}}`}),
		step("update", {"inlinePolicies": [{"policy": {"Statement": [{"Effect": "Deny"}]}}]}),
	]}}
	{one.statement.Effect | some one in plans.statements} == {"Allow", "Deny"} with input as plan
}
