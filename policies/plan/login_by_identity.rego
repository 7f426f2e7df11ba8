# METADATA
# scope: package
# title: A user of Snowflake logs in as an AWS role, without a secret
# description: A key or a password would have to be kept, rotated and hidden; a role's signature cannot be stolen out of a file.
# custom:
#   level: deny
#   owner: security
#   fix: give `defaultWorkloadIdentity` the tenant's own role, and neither key nor password
#   soc2: CC6.1
package rules.plan.login_by_identity

import data.lib.plans

users contains step if {
	some step in plans.standing
	step.type in {"snowflake:index/serviceUser:ServiceUser", "snowflake:index/user:User", "snowflake:index/legacyServiceUser:LegacyServiceUser"}
}

deny contains {"where": plans.where, "what": what} if {
	some step in users
	some key in {"password", "rsaPublicKey", "rsaPublicKey2"}
	step.inputs[key]
	what := sprintf("%s logs in by `%s`.", [step.name, key])
}

deny contains {"where": plans.where, "what": what} if {
	plans.tenant
	some step in users
	not own(step)
	what := sprintf("%s is bound to no AWS role of the tenant's own.", [step.name])
}

own(step) if regex.match(
	sprintf(`^arn:aws:iam::[0-9]{12}:role/acme-%s-%s$`, [plans.environment(step), plans.tenant]),
	step.inputs.defaultWorkloadIdentity.aws.arn,
)
