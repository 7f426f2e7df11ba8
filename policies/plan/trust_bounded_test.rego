package rules.plan.trust_bounded_test

import data.lib.samples
import data.rules.plan.trust_bounded

type := "aws:iam/role:Role"

trust(principal, id) := json.marshal({"Statement": [{
	"Effect": "Allow",
	"Action": "sts:AssumeRole",
	"Principal": principal,
	"Condition": {"StringEquals": {"sts:ExternalId": id}},
}]})

ours := {"AWS": "arn:aws:iam::111111111111:role/acme-staging--orchestrator"}

snowflake := {"AWS": "arn:aws:iam::999999999999:user/snow-1"}

test_the_orchestrator_under_the_tenants_id_is_allowed if {
	trust_bounded.deny == set() with input as samples.one(type, {"assumeRolePolicy": trust(ours, "acme:staging:globex")})
}

test_the_platform_may_trust_snowflake_and_services if {
	trust_bounded.deny == set() with input as samples.shared(type, {"assumeRolePolicy": trust(snowflake, "acme:staging:snowflake")})
	trust_bounded.deny == set() with input as samples.shared(type, {"assumeRolePolicy": trust({"Service": "airflow-env.amazonaws.com"}, "")})
}

test_a_neighbours_id_is_denied if {
	trust_bounded.deny == {{
		"where": samples.where,
		"what": "it can be assumed without its own external id.",
	}} with input as samples.one(type, {"assumeRolePolicy": trust(ours, "acme:staging:initech")})
}

test_another_principal_is_denied if {
	every principal in [snowflake, {"AWS": "arn:aws:iam::111111111111:root"}, "*", {"Service": "ec2.amazonaws.com"}] {
		count(trust_bounded.deny) == 1 with input as samples.one(type, {"assumeRolePolicy": trust(principal, "acme:staging:globex")})
	}
}

test_no_condition_at_all_is_denied if {
	bare := json.marshal({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": ours}]})
	trust_bounded.deny == {{
		"where": samples.where,
		"what": "it can be assumed without its own external id.",
	}} with input as samples.one(type, {"assumeRolePolicy": bare})
}
