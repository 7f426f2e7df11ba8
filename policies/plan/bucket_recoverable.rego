# METADATA
# scope: package
# title: A bucket keeps older versions, and cannot be emptied by a deployment
# description: Without versions an overwritten object is gone; `forceDestroy` deletes every object in it together with the bucket.
# custom:
#   level: deny
#   owner: platform
#   fix: set `versioning` to enabled, and leave `forceDestroy` out
#   soc2: A1.2
package rules.plan.bucket_recoverable

import data.lib.plans

buckets contains step if {
	some step in plans.standing
	step.type == "aws:s3/bucket:Bucket"
}

deny contains {"where": plans.where, "what": what} if {
	some step in buckets
	not step.inputs.versioning.enabled == true
	what := sprintf("%s keeps no older versions.", [step.name])
}

deny contains {"where": plans.where, "what": what} if {
	some step in buckets
	step.inputs.forceDestroy == true
	what := sprintf("%s would be emptied when it goes.", [step.name])
}
