# METADATA
# scope: package
# title: A deleted secret can be had back
# description: With a recovery window of 0 a slip of the hand destroys a customer's credential at once, and nobody here knows its value.
# custom:
#   level: deny
#   owner: security
#   fix: set `recoveryWindowInDays` to 30
#   soc2: A1.2
package rules.plan.secret_recoverable

import data.lib.plans

deny contains {"where": plans.where, "what": what} if {
	some step in plans.standing
	step.type == "aws:secretsmanager/secret:Secret"
	days := object.get(step.inputs, "recoveryWindowInDays", 30)
	days < 7
	what := sprintf("%s could be had back for %d days only.", [step.name, days])
}

deny contains {"where": plans.where, "what": what} if {
	some step in plans.standing
	step.type == "aws:secretsmanager/secret:Secret"
	step.inputs.forceOverwriteReplicaSecret == true
	what := sprintf("%s would overwrite a secret of another region.", [step.name])
}
