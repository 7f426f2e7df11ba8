# METADATA
# scope: package
# title: Nothing is open to everybody
# description: A bucket, a key or a role that anyone may use is a leak, whatever stands in it today.
# custom:
#   level: deny
#   owner: security
#   fix: name the principals; keep all four public access blocks of a bucket true
#   soc2: CC6.6
package rules.plan.public_access

import data.lib.plans

deny contains {"where": plans.where, "what": what} if {
	some {"step": step, "statement": statement} in plans.statements
	statement.Effect == "Allow"
	everybody(statement.Principal)
	what := sprintf("%s lets everybody in.", [step.name])
}

deny contains {"where": plans.where, "what": what} if {
	some step in plans.changing
	startswith(object.get(step.inputs, "acl", ""), "public")
	what := sprintf("%s has the access list `%s`.", [step.name, step.inputs.acl])
}

blocks := {"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"}

deny contains {"where": plans.where, "what": what} if {
	some step in plans.changing
	step.type == "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
	some block in blocks
	not step.inputs[block] == true
	what := sprintf("%s leaves `%s` open.", [step.name, block])
}

everybody("*")

everybody({"AWS": principals}) if "*" in plans.as_list(principals)
