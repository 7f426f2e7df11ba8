package rules.plan.shared_policies_only_deny_test

import data.lib.samples
import data.rules.plan.shared_policies_only_deny

allow(principal) := {"policy": json.marshal({"Statement": {"Effect": "Allow", "Principal": principal, "Action": "kms:Decrypt"}})}

account := {"AWS": "arn:aws:iam::111111111111:root"}

test_a_key_trusts_its_account if {
	shared_policies_only_deny.deny == set() with input as samples.shared("aws:kms/key:Key", allow(account))
}

test_an_allow_is_denied if {
	shared_policies_only_deny.deny == {{
		"where": {"file": "stacks/__main__.py", "pointer": ""},
		"what": "it allows kms:Decrypt.",
	}} with input as samples.shared("aws:s3/bucketPolicy:BucketPolicy", allow(account))
}
