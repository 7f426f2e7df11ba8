package rules.plan.secret_readers_test

import data.lib.samples
import data.rules.plan.secret_readers

type := "aws:secretsmanager/secretPolicy:SecretPolicy"

policy(reader) := json.marshal({"Statement": [{
	"Effect": "Deny",
	"Principal": "*",
	"Action": "secretsmanager:GetSecretValue",
	"Resource": "*",
	"Condition": {"StringNotEquals": {"aws:PrincipalArn": reader}},
}]})

own := "arn:aws:iam::111111111111:role/acme-staging-globex"

test_the_tenants_role_is_allowed if {
	secret_readers.deny == set() with input as samples.one(type, {"policy": policy(own), "blockPublicPolicy": true})
}

test_a_neighbours_role_is_denied if {
	secret_readers.deny == {{
		"where": samples.where,
		"what": "it lets others than the tenant's role read the secret.",
	}} with input as samples.one(type, {"policy": policy("arn:aws:iam::111111111111:role/acme-staging-initech"), "blockPublicPolicy": true})
}

test_a_public_policy_is_denied if {
	count(secret_readers.deny) == 1 with input as samples.one(type, {"policy": policy(own)})
}
