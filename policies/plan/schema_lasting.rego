# METADATA
# scope: package
# title: A schema keeps its past, and its grants stay with the platform
# description: A transient schema has no fail-safe, one without retention no way back after a wrong statement; without managed access the owner of a table hands out rights.
# custom:
#   level: deny
#   owner: platform
#   fix: leave `isTransient` and `dataRetentionTimeInDays` out, and set `withManagedAccess` to "true"
#   soc2: A1.2
package rules.plan.schema_lasting

import data.lib.plans

schemas contains step if {
	some step in plans.standing
	step.type == "snowflake:index/schema:Schema"
}

deny contains {"where": plans.where, "what": what} if {
	some step in schemas
	sprintf("%v", [object.get(step.inputs, "isTransient", "false")]) == "true"
	what := sprintf("%s is transient.", [step.name])
}

deny contains {"where": plans.where, "what": what} if {
	some step in schemas
	object.get(step.inputs, "dataRetentionTimeInDays", 1) < 1
	what := sprintf("%s keeps no past.", [step.name])
}

deny contains {"where": plans.where, "what": what} if {
	some step in schemas
	sprintf("%v", [object.get(step.inputs, "withManagedAccess", "false")]) != "true"
	what := sprintf("%s lets the owners of its tables grant.", [step.name])
}
