package rules.change.one_tenant_or_platform_test

import data.rules.change.one_tenant_or_platform

over(paths) := {"head": {"commit": null, "at": ""}, "changed": paths}

test_one_tenant_with_its_own_row_is_allowed if {
	one_tenant_or_platform.deny == set() with input as over(["CODEOWNERS", "tenants/globex/tenant.yaml"])
}

test_a_push_may_carry_many_such_commits if {
	one_tenant_or_platform.deny == set() with input as {
		"head": {"pushed": true, "commits": [{"changed": ["tenants/globex/tenant.yaml"]}, {"changed": ["README.md"]}]},
		"changed": ["tenants/globex/tenant.yaml", "README.md"],
	}
}

test_two_tenants_are_denied if {
	one_tenant_or_platform.deny == {{
		"where": {"file": "tenants/initech/tenant.yaml", "pointer": ""},
		"what": "One change touches globex, initech.",
	}} with input as over(["tenants/globex/tenant.yaml", "tenants/initech/tenant.yaml"])
}

test_a_tenant_and_a_policy_are_denied if {
	one_tenant_or_platform.deny == {{
		"where": {"file": "policies/main.rego", "pointer": ""},
		"what": "One change touches globex, the platform.",
	}} with input as over(["policies/main.rego", "tenants/globex/tenant.yaml"])
}
