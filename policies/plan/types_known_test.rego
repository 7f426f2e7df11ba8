package rules.plan.types_known_test

import data.lib.samples
import data.rules.plan.types_known

test_known_types_and_components_are_allowed if {
	types_known.deny == set() with input as samples.one("aws:iam/role:Role", {})
	types_known.deny == set() with input as samples.one("acme:tenant:Role", {})
	types_known.deny == set() with input as samples.shared("aws:s3/bucket:Bucket", {})
}

test_an_access_key_is_denied if {
	types_known.deny == {{
		"where": samples.where,
		"what": "it is a aws:iam/accessKey:AccessKey, which no rule judges.",
	}} with input as samples.one("aws:iam/accessKey:AccessKey", {})
}

test_a_bucket_is_no_tenants if {
	count(types_known.deny) == 1 with input as samples.one("aws:s3/bucket:Bucket", {})
}
