# METADATA
# scope: package
# title: A tenant's plan stays within one AWS account
# description: There is one account for each environment and region; an ARN of another account hands something to, or takes it from, somebody else.
# custom:
#   level: deny
#   owner: security
#   fix: take every ARN from pipeline/naming.py for this environment
#   soc2: CC6.6
package rules.plan.accounts_agree

import data.lib.plans

accounts := {account |
	some step in plans.changing
	some key, given in step.inputs
	key != "content"
	[_, value] := walk(given)
	is_string(value)
	some match in regex.find_all_string_submatch_n(`arn:aws:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12}):`, value, -1)
	account := match[1]
}

deny contains {"where": plans.where, "what": what} if {
	plans.tenant
	count(accounts) > 1
	what := sprintf("The plan names %d AWS accounts: %s.", [count(accounts), concat(", ", sort(accounts))])
}
