package rules.plan.identity_kept_test

import data.lib.samples
import data.rules.plan.identity_kept

step(op, type) := object.union(samples.step(type, {}), {"op": op})

test_an_update_is_allowed if {
	identity_kept.deny == set() with input as samples.plan([step("update", "aws:iam/role:Role"), step("delete", "aws:s3/bucketObjectv2:BucketObjectv2")])
}

test_a_replacement_is_denied if {
	identity_kept.deny == {{
		"where": samples.where,
		"what": "The plan replaces it (aws:iam/role:Role).",
	}} with input as samples.plan([step("replace", "aws:iam/role:Role")])
}
