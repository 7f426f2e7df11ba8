# METADATA
# scope: package
# title: A tenant's stack grants to the tenant's own role and user only
# description: A grant to PUBLIC, to an administrator or to a neighbour's role opens this tenant's rows to them, or theirs to this tenant.
# custom:
#   level: deny
#   owner: security
#   fix: grant to `ACME_<ENVIRONMENT>__<TENANT>` and to nobody else
#   soc2: CC6.3
package rules.plan.grants_to_own_role

import data.lib.plans

receivers := {"accountRoleName", "roleName", "userName", "parentRoleName", "databaseRoleName", "parentDatabaseRoleName", "shareName"}

deny contains {"where": plans.where, "what": what} if {
	plans.tenant
	some step in plans.changing
	startswith(step.type, "snowflake:index/grant")
	some key in receivers
	name := step.inputs[key]
	upper(replace(name, `"`, "")) != upper(sprintf("acme_%s__%s", [plans.environment(step), plans.tenant]))
	what := sprintf("%s has %s as its `%s`.", [step.name, name, key])
}
