# METADATA
# scope: package
# title: No plan carries the value of a secret
# description: What stands in a plan stands in the state file, its backups and every log of the engine.
# custom:
#   level: deny
#   owner: security
#   fix: let the stack make the empty secret; people put the value, and everything else names it
#   soc2: CC6.1
package rules.plan.no_secret_value

import data.lib.plans

telling := `^(secretString|secretStringWo|secretBinary|password|passphrase|privateKey|clientSecret|accessKey|secretKey|token)$`

deny contains {"where": plans.where, "what": what} if {
	some step in plans.standing
	[keys, value] := walk(step.inputs)
	is_string(value)
	regex.match(telling, sprintf("%v", [keys[count(keys) - 1]]))
	what := sprintf("%s is given `%s`.", [step.name, keys[count(keys) - 1]])
}
