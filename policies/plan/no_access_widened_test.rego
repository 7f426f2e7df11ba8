package rules.plan.no_access_widened_test

import data.rules.plan.no_access_widened

over(statement) := {"tenant": "globex", "plan": {"steps": [{
	"op": "create",
	"urn": "urn:pulumi:globex.staging::acme::aws:iam/role:Role::role",
	"type": "aws:iam/role:Role",
	"name": "role",
	"inputs": {"policy": json.marshal({"Statement": [object.union({"Effect": "Allow"}, statement)]})},
}]}}

own := "arn:aws:s3:::acme-staging-eu-central-1-lake/globex/landing/*"

denied(what) := {{"where": {"file": "tenants/globex/tenant.yaml", "pointer": ""}, "what": what}}

test_the_tenants_own_prefix_is_allowed if {
	no_access_widened.deny == set() with input as over({"Action": "s3:GetObject", "Resource": own})
	no_access_widened.deny == set() with input as over({
		"Action": ["s3:ListBucket"],
		"Resource": ["arn:aws:s3:::acme-staging-eu-central-1-lake"],
	})
}

test_a_wildcard_is_denied if {
	no_access_widened.deny == denied("role allows `s3:*`, which is more than one action.") with input as over({"Action": "s3:*", "Resource": own})
}

test_all_but_is_denied if {
	no_access_widened.deny == denied("role allows all but what `NotAction` lists.") with input as over({"NotAction": "iam:PassRole", "Resource": own})
}

test_a_neighbour_is_denied if {
	other := "arn:aws:s3:::acme-staging-eu-central-1-lake/globex_two/*"
	no_access_widened.deny == denied(sprintf("role allows `%s`, which is not below the tenant's own names.", [other])) with input as over({"Action": "s3:GetObject", "Resource": other})
}

test_the_other_environment_is_denied if {
	count(no_access_widened.deny) == 1 with input as over({
		"Action": "s3:GetObject",
		"Resource": "arn:aws:s3:::acme-production-eu-central-1-lake/globex/*",
	})
}
