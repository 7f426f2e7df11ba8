# METADATA
# scope: package
# title: What a tenant's stack makes bears the tenant's name
# description: Names are the wall between tenants; a name that tells of another, or of none, has no place in this stack.
# custom:
#   level: deny
#   owner: platform
#   fix: take the name from pipeline/naming.py
#   soc2: CC6.1
package rules.plan.names_from_tenant

import data.lib.plans

# Pulumi token → patterns of allowed names, of (environment, tenant); Snowflake's names in upper case
templates := {
	"aws:iam/role:Role": [`^acme-%s-%s$`],
	"aws:secretsmanager/secret:Secret": [`^acme/%s/%s/[a-z0-9_]+$`],
	"aws:cloudwatch/logGroup:LogGroup": [`^/acme/%s/%s(/.*)?$`],
	"snowflake:index/schema:Schema": [`^(?i:%.0s%s(__store)?)$`],
	"snowflake:index/serviceUser:ServiceUser": [`^(?i:acme_%s__%s)$`],
	"snowflake:index/user:User": [`^(?i:acme_%s__%s)$`],
	"snowflake:index/accountRole:AccountRole": [`^(?i:acme_%s__%s)$`],
}

deny contains {"where": plans.where, "what": what} if {
	is_string(plans.tenant)
	some step in plans.standing
	some template in templates[step.type]
	name := step.inputs.name
	not regex.match(sprintf(template, [plans.environment(step), plans.tenant]), name)
	what := sprintf("%s would be called `%s`.", [step.name, name])
}

# a name that the engine makes up is nobody's
deny contains {"where": plans.where, "what": what} if {
	is_string(plans.tenant)
	some step in plans.standing
	count(templates[step.type]) > 0
	not is_string(object.get(step.inputs, "name", null))
	what := sprintf("%s has no name of its own.", [step.name])
}

deny contains {"where": plans.where, "what": what} if {
	is_string(plans.tenant)
	some step in plans.steps
	not regex.match(sprintf(`^urn:pulumi:%s\.(staging|production)::acme::`, [plans.tenant]), step.urn)
	what := sprintf("%s is no step of the tenant's stack.", [step.name])
}
