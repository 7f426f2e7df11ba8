package rules.plan.policy_fits_test

import data.lib.samples
import data.rules.plan.policy_fits

long(n) := concat("", ["x " | some i in numbers.range(1, n)])

test_a_policy_that_fits_is_allowed if {
	policy_fits.deny == set() with input as samples.one("aws:iam/role:Role", {"assumeRolePolicy": long(2048)})
}

test_a_longer_one_is_denied if {
	policy_fits.deny == {{
		"where": samples.where,
		"what": "`assumeRolePolicy` of it has 2049 characters; AWS takes 2048.",
	}} with input as samples.one("aws:iam/role:Role", {"assumeRolePolicy": long(2049)})
}
