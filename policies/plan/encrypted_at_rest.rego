# METADATA
# scope: package
# title: What the platform keeps is encrypted under keys that rotate
# description: A copied disk or backup must be worthless, and a key that never rotates opens everything that it ever closed.
# custom:
#   level: deny
#   owner: security
#   fix: set the property that the finding names
#   soc2: CC6.7
package rules.plan.encrypted_at_rest

import data.lib.plans

# type → path of the property → what it must be; a null stands for any value
wanted := {
	"aws:dynamodb/table:Table": {["serverSideEncryption", "enabled"]: true},
	"aws:kms/key:Key": {["enableKeyRotation"]: true},
	"aws:mwaa/environment:Environment": {["kmsKey"]: null},
}

deny contains {"where": plans.where, "what": what} if {
	some step in plans.standing
	some path, value in wanted[step.type]
	given := object.get(step.inputs, path, null)
	not fits(given, value)
	what := sprintf("%s does not set `%s`.", [step.name, concat(".", path)])
}

deny contains {"where": plans.where, "what": what} if {
	some step in plans.standing
	step.type == "aws:s3/bucket:Bucket"
	some rule in plans.as_list(step.inputs.serverSideEncryptionConfiguration.rule)
	algorithm := rule.applyServerSideEncryptionByDefault.sseAlgorithm
	not algorithm in {"AES256", "aws:kms", "aws:kms:dsse"}
	what := sprintf("%s encrypts by `%s`.", [step.name, algorithm])
}

fits(given, null) if given != null

fits(given, value) if {
	value != null
	given == value
}
