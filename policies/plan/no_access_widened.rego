# METADATA
# scope: package
# title: A tenant's role reaches the tenant's own things only
# description: No tenant may read, slow down or break another; what a role may do is decided before it exists.
# custom:
#   level: deny
#   owner: security
#   fix: name the actions one by one, and the tenant's own bucket prefix, secrets and log group as literal ARNs
#   soc2: CC6.3
package rules.plan.no_access_widened

import data.lib.plans

deny contains {"where": plans.where, "what": what} if {
	some {"step": step, "statement": statement} in plans.statements
	statement.Effect == "Allow"
	some action in plans.as_list(statement.Action)
	contains(action, "*")
	what := sprintf("%s allows `%s`, which is more than one action.", [step.name, action])
}

deny contains {"where": plans.where, "what": what} if {
	some {"step": step, "statement": statement} in plans.statements
	statement.Effect == "Allow"
	some key in {"NotAction", "NotResource", "NotPrincipal"}
	statement[key]
	what := sprintf("%s allows all but what `%s` lists.", [step.name, key])
}

deny contains {"where": plans.where, "what": what} if {
	is_string(plans.tenant)
	some {"step": step, "statement": statement} in plans.statements
	statement.Effect == "Allow"
	some resource in plans.as_list(statement.Resource)
	not is_own(step, resource)
	what := sprintf("%s allows `%s`, which is not below the tenant's own names.", [step.name, resource])
}

# the whole bucket may be named where a condition on the prefix narrows the listing (plan.listing_bounded sees to that)
is_own(step, resource) if {
	environment := plans.environment(step)
	some template in [
		`^arn:aws:s3:::acme-%s-[a-z0-9-]+-lake/%s/.+$`,
		`^arn:aws:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:acme/%s/%s/.+$`,
		`^arn:aws:logs:[a-z0-9-]+:[0-9]{12}:log-group:/acme/%s/%s(:.*)?$`,
		`^arn:aws:iam::[0-9]{12}:role/acme-%s-%s$`,
	]
	regex.match(sprintf(template, [environment, plans.tenant]), resource)
}

is_own(step, resource) if {
	some template in [`^arn:aws:s3:::acme-%s-[a-z0-9-]+-lake$`, `^arn:aws:sqs:[a-z0-9-]+:[0-9]{12}:acme-%s-events$`]
	regex.match(sprintf(template, [plans.environment(step)]), resource)
}
