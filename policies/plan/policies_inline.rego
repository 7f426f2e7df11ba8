# METADATA
# scope: package
# title: What a role may do stands in its own inline policies
# description: A managed policy is written elsewhere and can grow under us; what is approved here must be all that the role may do.
# custom:
#   level: deny
#   owner: security
#   fix: write the statements into the role's own policy, and leave `managedPolicyArns` out
#   soc2: CC6.3
package rules.plan.policies_inline

import data.lib.plans

deny contains {"where": plans.where, "what": what} if {
	some step in plans.changing
	step.type == "aws:iam/role:Role"
	some arn in object.get(step.inputs, "managedPolicyArns", [])
	what := sprintf("%s takes the managed policy %s.", [step.name, arn])
}

deny contains {"where": plans.where, "what": what} if {
	some step in plans.changing
	step.type == "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
	what := sprintf("%s attaches the managed policy %v.", [step.name, object.get(step.inputs, "policyArn", "of no name")])
}
