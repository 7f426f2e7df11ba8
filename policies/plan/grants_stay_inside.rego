# METADATA
# scope: package
# title: Grants in Snowflake stay inside the tenant's two schemas
# description: A grant outside them, of everything, or one that can be passed on opens a neighbour's rows.
# custom:
#   level: deny
#   owner: security
#   fix: grant named privileges on the tenant's own schemas, to the tenant's own role, without the grant option
#   soc2: CC6.3
package rules.plan.grants_stay_inside

import data.lib.plans

grants contains step if {
	some step in plans.changing
	startswith(step.type, "snowflake:index/grant")
}

deny contains {"where": plans.where, "what": what} if {
	some step in grants
	some key in {"allPrivileges", "withGrantOption"}
	step.inputs[key] == true
	what := sprintf("%s sets `%s`.", [step.name, key])
}

deny contains {"where": plans.where, "what": what} if {
	is_string(plans.tenant)
	some step in grants
	[keys, value] := walk(step.inputs)
	keys[count(keys) - 1] in {"schemaName", "inSchema"}
	schema := split(replace(value, `"`, ""), ".")
	not schema[count(schema) - 1] in {upper(plans.tenant), upper(sprintf("%s__store", [plans.tenant]))}
	what := sprintf("%s grants on %s, which is not the tenant's schema.", [step.name, value])
}
