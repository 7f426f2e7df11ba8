# METADATA
# scope: package
# title: A tenant's session in Snowflake is bounded
# description: One statement without an end, or one lock that nobody gives back, stops the neighbours on the same warehouse.
# custom:
#   level: deny
#   owner: platform
#   fix: "set `statementTimeoutInSeconds` by tier (3600 at most), `lockTimeout: 60`, `abortDetachedQuery: true` and `defaultSecondaryRolesOption: NONE`"
#   soc2: A1.1
package rules.plan.user_bounded

import data.lib.plans

users contains step if {
	plans.tenant
	some step in plans.standing
	step.type == "snowflake:index/serviceUser:ServiceUser"
}

deny contains {"where": plans.where, "what": what} if {
	some step in users
	some key, most in {"statementTimeoutInSeconds": 3600, "lockTimeout": 60}
	not within(object.get(step.inputs, key, 0), most)
	what := sprintf("%s has no `%s` between 1 and %d.", [step.name, key, most])
}

deny contains {"where": plans.where, "what": what} if {
	some step in users
	some key, wanted in {"abortDetachedQuery": true, "defaultSecondaryRolesOption": "NONE"}
	object.get(step.inputs, key, null) != wanted
	what := sprintf("%s does not set `%s` to %v.", [step.name, key, wanted])
}

within(seconds, most) if {
	seconds > 0
	seconds <= most
}
