# METADATA
# scope: package
# title: A plan can be read whole
# description: A step that no rule understands would pass unjudged.
# custom:
#   level: deny
#   owner: platform
#   fix: plan again; if it stays, the program hands over something that the gate cannot judge
#   soc2: CC8.1
package rules.plan.plan_shape

import data.lib.plans

deny contains {"where": plans.where, "what": "The plan has no list of steps."} if {
	input.plan != null
	not has_steps
}

deny contains {"where": plans.where, "what": what} if {
	some i, step in input.plan.steps
	not readable(step)
	what := sprintf("Step %d is no readable step.", [i + 1])
}

deny contains {"where": plans.where, "what": what} if {
	some step in plans.changing
	some key in {"policy", "assumeRolePolicy"}
	policy := step.inputs[key]
	not plans.parsed(policy)
	what := sprintf("`%s` of %s is no policy that can be judged before it is made.", [key, step.name])
}

has_steps if is_array(input.plan.steps)

readable(step) if {
	step.op in {"create", "update", "delete", "replace", "import", "same"}
	is_string(step.urn)
	is_string(step.type)
	is_string(step.name)
	is_object(step.inputs)
}
