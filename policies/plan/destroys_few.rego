# METADATA
# scope: package
# title: A plan takes away a few things at a time
# description: Many deletes at once are a state that was lost, a name that changed everywhere, or the wrong account; none of it is a change of config.
# custom:
#   level: deny
#   owner: platform
#   fix: look at the first delete and undo what asks for it; a wanted clearance goes in several changes
#   soc2: CC8.1
package rules.plan.destroys_few

import data.lib.plans

most := 10

taken := count([step | some step in plans.steps; step.op in {"delete", "replace"}])

deny contains {"where": plans.where, "what": what} if {
	taken > most
	what := sprintf("The plan deletes or replaces %d things; %d is the most at a time.", [taken, most])
}
