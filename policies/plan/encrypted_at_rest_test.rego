package rules.plan.encrypted_at_rest_test

import data.lib.samples
import data.rules.plan.encrypted_at_rest

test_a_key_that_rotates_is_allowed if {
	encrypted_at_rest.deny == set() with input as samples.shared("aws:kms/key:Key", {"enableKeyRotation": true})
	encrypted_at_rest.deny == set() with input as samples.shared("aws:mwaa/environment:Environment", {"kmsKey": "arn:aws:kms:eu-west-1:111111111111:key/1"})
}

test_a_key_that_does_not_is_denied if {
	encrypted_at_rest.deny == {{
		"where": {"file": "stacks/__main__.py", "pointer": ""},
		"what": "it does not set `enableKeyRotation`.",
	}} with input as samples.shared("aws:kms/key:Key", {})
	count(encrypted_at_rest.deny) == 1 with input as samples.shared("aws:mwaa/environment:Environment", {})
}

test_an_unknown_cipher_is_denied if {
	rule := {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "none"}}
	count(encrypted_at_rest.deny) == 1 with input as samples.shared("aws:s3/bucket:Bucket", {"serverSideEncryptionConfiguration": {"rule": rule}})
}
