package rules.plan.destroys_few_test

import data.lib.samples
import data.rules.plan.destroys_few

steps(n) := [object.union(samples.step("aws:s3/bucketObjectv2:BucketObjectv2", {}), {"op": "delete", "name": sprintf("o%d", [i])}) | some i in numbers.range(1, n)]

test_a_few_are_allowed if {
	destroys_few.deny == set() with input as samples.plan(steps(10))
}

test_many_are_denied if {
	destroys_few.deny == {{
		"where": samples.where,
		"what": "The plan deletes or replaces 11 things; 10 is the most at a time.",
	}} with input as samples.plan(steps(11))
}
