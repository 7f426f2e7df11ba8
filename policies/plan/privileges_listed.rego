# METADATA
# scope: package
# title: A tenant's role holds only the privileges that a load needs
# description: "It owns nothing and makes nothing: a stage of its own, or the use of the storage integration, would read any tenant's files."
# custom:
#   level: deny
#   owner: security
#   fix: grant USAGE, SELECT, INSERT, UPDATE or DELETE, on a database, warehouse, schema, stage, table or view by name
#   soc2: CC6.3
package rules.plan.privileges_listed

import data.lib.plans

needed := {"USAGE", "SELECT", "INSERT", "UPDATE", "DELETE"}

deny contains {"where": plans.where, "what": what} if {
	plans.tenant
	some step in plans.changing
	some privilege in object.get(step.inputs, "privileges", [])
	not upper(privilege) in needed
	what := sprintf("%s grants %s.", [step.name, privilege])
}

deny contains {"where": plans.where, "what": what} if {
	plans.tenant
	some step in plans.changing
	kind := step.inputs.onAccountObject.objectType
	not upper(kind) in {"DATABASE", "WAREHOUSE"}
	what := sprintf("%s grants on the %s %v.", [step.name, lower(kind), step.inputs.onAccountObject.objectName])
}

deny contains {"where": plans.where, "what": what} if {
	plans.tenant
	some step in plans.changing
	step.inputs.onAccount == true
	what := sprintf("%s grants on the whole account.", [step.name])
}
