# METADATA
# scope: package
# title: A lifecycle rule deletes nothing that must be kept 180 days
# description: Landed files, releases and receipts are the evidence of what was loaded; a rule by age alone takes those that are still in use.
# custom:
#   level: deny
#   owner: platform
#   fix: delete by the tags `acme-expired` and `acme-incoming` only, keep older versions 180 days, and abort half uploads
#   soc2: CC7.2
package rules.plan.lifecycle_keeps_records

import data.lib.plans

lives contains {"step": step, "rule": rule} if {
	some step in plans.standing
	step.type == "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
	some rule in step.inputs.rules
	rule.status == "Enabled"
}

deny contains {"where": plans.where, "what": what} if {
	some {"step": step, "rule": rule} in lives
	some key in {"days", "date"}
	rule.expiration[key]
	not tag(rule) in {"acme-expired", "acme-incoming"}
	what := sprintf("The rule `%v` of %s deletes by age alone.", [object.get(rule, "id", ""), step.name])
}

deny contains {"where": plans.where, "what": what} if {
	some {"step": step, "rule": rule} in lives
	days := rule.noncurrentVersionExpiration.noncurrentDays
	days < 180
	tag(rule) != "acme-incoming"
	what := sprintf("The rule `%v` of %s keeps older versions for %d days.", [object.get(rule, "id", ""), step.name, days])
}

# `acme-expired` is the sweeper's; `acme-incoming` is on second copies of what is landed.
tag(rule) := object.get(rule, ["filter", "tag", "key"], "")
