# METADATA
# scope: package
# title: A role can be assumed by one named identity only, under the tenant's own external id
# description: Whoever may assume a tenant's role is that tenant; without the external id one tenant's caller could be talked into another's.
# custom:
#   level: deny
#   owner: security
#   fix: "trust the orchestrator's literal ARN under `StringEquals: {sts:ExternalId: acme:<environment>:<tenant>}`"
#   soc2: CC6.3
package rules.plan.trust_bounded

import data.lib.plans

trusts contains {"step": step, "statement": statement} if {
	some step in plans.changing
	step.type == "aws:iam/role:Role"
	some statement in plans.as_list(plans.parsed(step.inputs.assumeRolePolicy).Statement)
	statement.Effect == "Allow"
}

deny contains {"where": plans.where, "what": what} if {
	some {"step": step, "statement": statement} in trusts
	not named(step, statement.Principal)
	what := sprintf("%s can be assumed by another than the one identity that needs it.", [step.name])
}

deny contains {"where": plans.where, "what": what} if {
	some {"step": step, "statement": statement} in trusts
	statement.Principal.AWS

	# with a default: where there is no condition at all, the whole rule would be undefined
	not under_id(step, object.get(statement, ["Condition", "StringEquals", "sts:ExternalId"], ""))
	what := sprintf("%s can be assumed without its own external id.", [step.name])
}

named(step, {"AWS": arn}) if {
	plans.tenant
	regex.match(sprintf(`^arn:aws:iam::[0-9]{12}:(role|user)/acme-%s--orchestrator$`, [plans.environment(step)]), arn)
}

named(_, {"AWS": arn}) if {
	not plans.tenant
	regex.match(`^arn:aws:iam::[0-9]{12}:(role|user)/[A-Za-z0-9+=,.@_/-]+$`, arn)
}

named(_, {"Service": service}) if {
	not plans.tenant
	regex.match(`^[a-z0-9.-]+\.amazonaws\.com$`, service)
}

under_id(step, id) if id == sprintf("acme:%s:%s", [plans.environment(step), plans.tenant])

under_id(_, id) if {
	not plans.tenant
	id != ""
}
