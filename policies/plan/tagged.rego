# METADATA
# scope: package
# title: What a tenant's stack makes is tagged with the tenant
# description: Costs, alerts and the search for who owns a thing go by the tag; a wrong one sends all three to a neighbour.
# custom:
#   level: deny
#   owner: platform
#   fix: "set `tags={\"tenant\": …, \"environment\": …}` as the other components do"
#   soc2: CC6.1
package rules.plan.tagged

import data.lib.plans

taggable := {"aws:cloudwatch/logGroup:LogGroup", "aws:iam/role:Role", "aws:secretsmanager/secret:Secret"}

deny contains {"where": plans.where, "what": what} if {
	plans.tenant
	some step in plans.changing
	step.type in taggable
	tag := object.get(step.inputs, ["tags", "tenant"], "nothing")
	tag != plans.tenant
	what := sprintf("%s is tagged with %s as its tenant.", [step.name, tag])
}

deny contains {"where": plans.where, "what": what} if {
	some step in plans.changing
	tag := step.inputs.tags.environment
	tag != plans.environment(step)
	what := sprintf("%s is tagged with %s as its environment.", [step.name, tag])
}
