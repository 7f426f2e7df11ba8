# METADATA
# scope: package
# title: No plan deletes or replaces what holds data
# description: A schema, a log group, a secret or a bucket that goes takes its content along, and no revert brings it back.
# custom:
#   level: deny
#   owner: platform
#   fix: undo the change that asks for it; data goes by an explicit purge with two approvers, never by a deployment
#   soc2: A1.2
package rules.plan.no_data_deleted

import data.lib.plans

holds_data := {
	"aws:cloudwatch/logGroup:LogGroup",
	"aws:dynamodb/table:Table",
	"aws:kms/key:Key",
	"aws:s3/bucket:Bucket",
	"aws:s3/bucketV2:BucketV2",
	"aws:secretsmanager/secret:Secret",
	"snowflake:index/database:Database",
	"snowflake:index/schema:Schema",
	"snowflake:index/table:Table",
}

verbs := {"delete": "deletes", "replace": "replaces"}

deny contains {"where": plans.where, "what": what} if {
	some step in plans.destroying
	step.type in holds_data
	what := sprintf("The plan %s %s (%s).", [verbs[step.op], step.name, step.type])
}
