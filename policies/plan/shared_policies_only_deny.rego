# METADATA
# scope: package
# title: The policy of a bucket or a secret gives nobody anything
# description: It is read together with everybody's own policy; an Allow in it lets in who was never reviewed, other accounts included.
# custom:
#   level: deny
#   owner: security
#   fix: give the right in the role's own policy, and let the shared policy only deny
#   soc2: CC6.3
package rules.plan.shared_policies_only_deny

import data.lib.plans

shared := {
	"aws:kms/key:Key",
	"aws:s3/bucketPolicy:BucketPolicy",
	"aws:s3/accessPoint:AccessPoint",
	"aws:s3control/accessPointPolicy:AccessPointPolicy",
	"aws:secretsmanager/secret:Secret",
	"aws:secretsmanager/secretPolicy:SecretPolicy",
}

deny contains {"where": plans.where, "what": what} if {
	some {"step": step, "statement": statement} in plans.statements
	step.type in shared
	statement.Effect == "Allow"
	not of_the_account(step, statement)
	what := sprintf("%s allows %v.", [step.name, concat(", ", plans.as_list(statement.Action))])
}

# a key that does not trust its own account can never be managed again
of_the_account(step, statement) if {
	step.type == "aws:kms/key:Key"
	regex.match(`^arn:aws:iam::[0-9]{12}:root$`, statement.Principal.AWS)
}
