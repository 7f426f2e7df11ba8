package rules.plan.size_bounded_test

import data.lib.samples
import data.rules.plan.size_bounded

steps(n) := [object.union(samples.step("aws:iam/role:Role", {}), {"name": sprintf("r%d", [i])}) | some i in numbers.range(1, n)]

test_a_tenants_plan_is_allowed if {
	size_bounded.deny == set() with input as samples.plan(steps(40))
}

test_hundreds_of_steps_are_denied if {
	size_bounded.deny == {{
		"where": samples.where,
		"what": "The plan has 201 steps; 200 is the most.",
	}} with input as samples.plan(steps(201))
}
