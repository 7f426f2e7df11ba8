# METADATA
# scope: package
# title: A policy document is within the limits of AWS
# description: AWS refuses a longer one in the middle of the deployment, when half of the stack is already made.
# custom:
#   level: deny
#   owner: platform
#   fix: name fewer things, or one prefix for many; a bucket's policy is static and only denies
#   soc2: A1.1
package rules.plan.policy_fits

import data.lib.plans

# characters without blanks, as AWS counts them
limits := {
	"aws:iam/role:Role": {"assumeRolePolicy": 2048},
	"aws:iam/rolePolicy:RolePolicy": {"policy": 10240},
	"aws:s3/bucketPolicy:BucketPolicy": {"policy": 20480},
	"aws:secretsmanager/secretPolicy:SecretPolicy": {"policy": 20480},
}

deny contains {"where": plans.where, "what": what} if {
	some step in plans.changing
	some key, most in limits[step.type]
	is_string(step.inputs[key])
	size := count(regex.replace(step.inputs[key], `\s`, ""))
	size > most
	what := sprintf("`%s` of %s has %d characters; AWS takes %d.", [key, step.name, size, most])
}
