package rules.plan.transport_encrypted_test

import data.lib.samples
import data.rules.plan.transport_encrypted

type := "aws:s3/bucketPolicy:BucketPolicy"

policy(resources) := {"bucket": "lake", "policy": json.marshal({"Statement": [{
	"Effect": "Deny",
	"Principal": "*",
	"Action": "s3:*",
	"Resource": resources,
	"Condition": {"Bool": {"aws:SecureTransport": "false"}},
}]})}

test_a_policy_that_refuses_plain_http_is_allowed if {
	transport_encrypted.deny == set() with input as samples.shared(type, policy(["arn:aws:s3:::lake", "arn:aws:s3:::lake/*"]))
}

test_objects_without_it_are_denied if {
	transport_encrypted.deny == {{
		"where": {"file": "stacks/__main__.py", "pointer": ""},
		"what": "it lets plain HTTP in.",
	}} with input as samples.shared(type, policy(["arn:aws:s3:::lake"]))
}
