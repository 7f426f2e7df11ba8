package rules.plan.policies_inline_test

import data.lib.samples
import data.rules.plan.policies_inline

admin := "arn:aws:iam::aws:policy/AdministratorAccess"

test_a_role_without_managed_policies_is_allowed if {
	policies_inline.deny == set() with input as samples.one("aws:iam/role:Role", {"name": "acme-staging-globex"})
}

test_a_managed_policy_is_denied_either_way if {
	policies_inline.deny == {{
		"where": samples.where,
		"what": "it takes the managed policy arn:aws:iam::aws:policy/AdministratorAccess.",
	}} with input as samples.one("aws:iam/role:Role", {"managedPolicyArns": [admin]})
	count(policies_inline.deny) == 1 with input as samples.one("aws:iam/rolePolicyAttachment:RolePolicyAttachment", {"policyArn": admin})
}
