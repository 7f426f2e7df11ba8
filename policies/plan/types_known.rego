# METADATA
# scope: package
# title: A stack makes only kinds of resources that the rules know
# description: A user with an access key, an open network or a share is judged by no rule here, so it would pass unseen.
# custom:
#   level: deny
#   owner: platform
#   fix: leave it out, or add its type to this rule together with the rules that judge it
#   soc2: CC8.1
package rules.plan.types_known

import data.lib.plans

parts := {"pulumi:providers:aws", "pulumi:providers:snowflake"}

of_tenants := {
	"aws:cloudwatch/logGroup:LogGroup",
	"aws:iam/role:Role",
	"aws:iam/rolePolicy:RolePolicy",
	"aws:s3/bucketObjectv2:BucketObjectv2",
	"aws:secretsmanager/secret:Secret",
	"aws:secretsmanager/secretPolicy:SecretPolicy",
	"snowflake:index/accountRole:AccountRole",
	"snowflake:index/grantAccountRole:GrantAccountRole",
	"snowflake:index/grantPrivilegesToAccountRole:GrantPrivilegesToAccountRole",
	"snowflake:index/schema:Schema",
	"snowflake:index/serviceUser:ServiceUser",
	"snowflake:index/stageExternalS3:StageExternalS3",
}

of_the_platform := {
	"aws:iam/role:Role",
	"aws:iam/rolePolicy:RolePolicy",
	"aws:kms/alias:Alias",
	"aws:kms/key:Key",
	"aws:mwaa/environment:Environment",
	"aws:s3/bucket:Bucket",
	"aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
	"aws:s3/bucketObjectv2:BucketObjectv2",
	"aws:s3/bucketPolicy:BucketPolicy",
	"snowflake:index/database:Database",
	"snowflake:index/resourceMonitor:ResourceMonitor",
	"snowflake:index/storageIntegrationAws:StorageIntegrationAws",
	"snowflake:index/warehouse:Warehouse",
}

known := of_tenants | parts if plans.tenant

known := of_the_platform | parts if not plans.tenant

deny contains {"where": plans.where, "what": what} if {
	some step in plans.changing
	not step.type in known
	not startswith(step.type, "acme:")
	what := sprintf("%s is a %s, which no rule judges.", [step.name, step.type])
}
