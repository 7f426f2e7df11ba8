# METADATA
# scope: package
# title: A plan is small enough to be reviewed and to be applied
# description: A tenant has some twenty resources; a plan of hundreds is read by nobody, runs into the limits of AWS and half of it stays undone.
# custom:
#   level: deny
#   owner: platform
#   fix: split the change; a tenant that truly needs more resources is two tenants
#   soc2: CC8.1
package rules.plan.size_bounded

import data.lib.plans

most := 200

deny contains {"where": plans.where, "what": what} if {
	steps := count(plans.steps)
	steps > most
	what := sprintf("The plan has %d steps; %d is the most.", [steps, most])
}
