package rules.plan.bucket_recoverable_test

import data.lib.samples
import data.rules.plan.bucket_recoverable

type := "aws:s3/bucket:Bucket"

test_a_versioned_bucket_is_allowed if {
	bucket_recoverable.deny == set() with input as samples.shared(type, {"versioning": {"enabled": true}})
}

test_no_versions_and_force_are_denied if {
	bucket_recoverable.deny == {{
		"where": {"file": "stacks/__main__.py", "pointer": ""},
		"what": "it keeps no older versions.",
	}} with input as samples.shared(type, {"versioning": {"enabled": false}})
	count(bucket_recoverable.deny) == 1 with input as samples.shared(type, {"versioning": {"enabled": true}, "forceDestroy": true})
}
