package rules.plan.listing_bounded_test

import data.rules.plan.listing_bounded

over(condition) := {"tenant": "globex", "plan": {"steps": [{
	"op": "create",
	"urn": "urn:pulumi:globex.staging::acme::aws:iam/role:Role::role",
	"type": "aws:iam/role:Role",
	"name": "role",
	"inputs": {"policy": {"Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "b", "Condition": condition}]}},
}]}}

denied := {{
	"where": {"file": "tenants/globex/tenant.yaml", "pointer": ""},
	"what": "role allows `s3:ListBucket` without a condition on the tenant's prefix.",
}}

test_the_own_prefix_is_allowed if {
	listing_bounded.deny == set() with input as over({"StringLike": {"s3:prefix": ["globex/*"]}})
}

test_no_condition_is_denied if {
	listing_bounded.deny == denied with input as over({})
}

test_a_neighbours_prefix_is_denied if {
	listing_bounded.deny == denied with input as over({"StringLike": {"s3:prefix": ["globex/*", "globex_two/*"]}})
}

test_the_parts_of_one_object_need_no_prefix if {
	statement := {"Effect": "Allow", "Action": "s3:ListMultipartUploadParts", "Resource": "arn:aws:s3:::b/globex/*"}
	listing_bounded.deny == set() with input as {"tenant": "globex", "plan": {"steps": [{
		"op": "create",
		"urn": "urn:pulumi:globex.staging::acme::aws:iam/role:Role::role",
		"type": "aws:iam/role:Role",
		"name": "role",
		"inputs": {"policy": {"Statement": [statement]}},
	}]}}
}
