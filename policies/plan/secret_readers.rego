# METADATA
# scope: package
# title: A secret is read by its tenant's role and by nobody else
# description: An identity of the same account whose own policy says `*` could read it, were it not denied on the secret itself.
# custom:
#   level: deny
#   owner: security
#   fix: deny `secretsmanager:GetSecretValue` to every principal whose `aws:PrincipalArn` is not the tenant's role, and keep `blockPublicPolicy` true
#   soc2: CC6.1
package rules.plan.secret_readers

import data.lib.plans

policies contains step if {
	some step in plans.changing
	step.type == "aws:secretsmanager/secretPolicy:SecretPolicy"
}

deny contains {"where": plans.where, "what": what} if {
	plans.tenant
	some step in policies
	not closed(step)
	what := sprintf("%s lets others than the tenant's role read the secret.", [step.name])
}

deny contains {"where": plans.where, "what": what} if {
	some step in policies
	not step.inputs.blockPublicPolicy == true
	what := sprintf("%s does not refuse a public policy.", [step.name])
}

closed(step) if {
	some statement in plans.as_list(plans.parsed(step.inputs.policy).Statement)
	statement.Effect == "Deny"
	statement.Principal == "*"
	"secretsmanager:GetSecretValue" in plans.as_list(statement.Action)
	reader := statement.Condition.StringNotEquals["aws:PrincipalArn"]
	regex.match(sprintf(`^arn:aws:iam::[0-9]{12}:role/acme-%s-%s$`, [plans.environment(step), plans.tenant]), reader)
}
