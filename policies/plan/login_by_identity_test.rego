package rules.plan.login_by_identity_test

import data.lib.samples
import data.rules.plan.login_by_identity

type := "snowflake:index/serviceUser:ServiceUser"

bound(role) := {"defaultWorkloadIdentity": {"aws": {"arn": concat("", ["arn:aws:iam::111111111111:role/", role])}}}

test_the_own_role_is_allowed if {
	login_by_identity.deny == set() with input as samples.one(type, bound("acme-staging-globex"))
}

test_a_neighbours_role_is_denied if {
	login_by_identity.deny == {{
		"where": samples.where,
		"what": "it is bound to no AWS role of the tenant's own.",
	}} with input as samples.one(type, bound("acme-staging-initech"))
}

test_a_key_is_denied if {
	login_by_identity.deny == {{
		"where": samples.where,
		"what": "it logs in by `rsaPublicKey`.",
	}} with input as samples.one(type, object.union(bound("acme-staging-globex"), {"rsaPublicKey": "MIIB"}))
}
