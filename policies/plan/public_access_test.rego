package rules.plan.public_access_test

import data.rules.plan.public_access

over(type, inputs) := {"tenant": null, "plan": {"steps": [{"op": "update", "urn": "u", "type": type, "name": "lake", "inputs": inputs}]}}

where := {"file": "stacks/__main__.py", "pointer": ""}

policy(principal) := {"policy": {"Statement": [{"Effect": "Allow", "Principal": principal}]}}

test_a_named_principal_is_allowed if {
	public_access.deny == set() with input as over("aws:s3/bucketPolicy:BucketPolicy", policy({"AWS": "arn:aws:iam::123456789012:root"}))
}

test_everybody_is_denied if {
	denied := {{"where": where, "what": "lake lets everybody in."}}
	public_access.deny == denied with input as over("aws:s3/bucketPolicy:BucketPolicy", policy("*"))
	public_access.deny == denied with input as over("aws:s3/bucketPolicy:BucketPolicy", policy({"AWS": ["*"]}))
}

test_a_public_list_is_denied if {
	public_access.deny == {{
		"where": where,
		"what": "lake has the access list `public-read`.",
	}} with input as over("aws:s3/bucketV2:BucketV2", {"acl": "public-read"})
}

test_an_open_block_is_denied if {
	public_access.deny == {{"where": where, "what": "lake leaves `ignorePublicAcls` open."}} with input as over("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", {
		"blockPublicAcls": true,
		"blockPublicPolicy": true,
		"restrictPublicBuckets": true,
	})
}
