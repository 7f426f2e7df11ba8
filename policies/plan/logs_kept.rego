# METADATA
# scope: package
# title: Logs are kept 180 days at least
# description: What a run did must still be readable when an auditor, or a customer, asks half a year later.
# custom:
#   level: deny
#   owner: platform
#   fix: set `retentionInDays` to 180
#   soc2: CC7.2
package rules.plan.logs_kept

import data.lib.plans

deny contains {"where": plans.where, "what": what} if {
	some step in plans.standing
	step.type == "aws:cloudwatch/logGroup:LogGroup"
	days := object.get(step.inputs, "retentionInDays", 0)
	days != 0 # AWS' word for ever
	days < 180
	what := sprintf("%s keeps logs for %d days.", [step.name, days])
}
