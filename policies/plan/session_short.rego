# METADATA
# scope: package
# title: A session of a role ends within an hour
# description: Credentials that leak out of a task are of use for as long as the session lasts, and cannot be called back before.
# custom:
#   level: deny
#   owner: security
#   fix: set `maxSessionDuration` to 3600
#   soc2: CC6.3
package rules.plan.session_short

import data.lib.plans

deny contains {"where": plans.where, "what": what} if {
	some step in plans.standing
	step.type == "aws:iam/role:Role"
	seconds := object.get(step.inputs, "maxSessionDuration", 3600)
	seconds > 3600
	what := sprintf("A session of %s lasts %d seconds.", [step.name, seconds])
}
