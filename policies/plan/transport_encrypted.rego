# METADATA
# scope: package
# title: A bucket refuses whoever comes without TLS
# description: Over plain HTTP rows and signatures can be read and changed on the way.
# custom:
#   level: deny
#   owner: security
#   fix: keep the statement in the bucket's policy that denies `s3:*` where `aws:SecureTransport` is false
#   soc2: CC6.7
package rules.plan.transport_encrypted

import data.lib.plans

deny contains {"where": plans.where, "what": what} if {
	some step in plans.standing
	step.type == "aws:s3/bucketPolicy:BucketPolicy"
	not refuses_plain(step)
	what := sprintf("%s lets plain HTTP in.", [step.name])
}

refuses_plain(step) if {
	some statement in plans.as_list(plans.parsed(step.inputs.policy).Statement)
	statement.Effect == "Deny"
	statement.Principal == "*"
	statement.Action == "s3:*"
	sprintf("%v", [statement.Condition.Bool["aws:SecureTransport"]]) == "false"
	every place in ["", "/*"] {
		sprintf("arn:aws:s3:::%s%s", [step.inputs.bucket, place]) in plans.as_list(statement.Resource)
	}
}
