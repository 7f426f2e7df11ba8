# METADATA
# scope: package
# title: The storage integration reaches the lake of its own environment only
# description: An integration lets every role that may use it read the places that it allows, whoever's they are.
# custom:
#   level: deny
#   owner: security
#   fix: allow `s3://acme-<environment>-<region>-lake/` alone, and keep `storageAwsExternalId`
#   soc2: CC6.6
package rules.plan.integration_bounded

import data.lib.plans

integrations contains step if {
	some step in plans.standing
	startswith(step.type, "snowflake:index/storageIntegration")
}

deny contains {"where": plans.where, "what": what} if {
	some step in integrations
	some place in object.get(step.inputs, "storageAllowedLocations", ["everything"])
	not regex.match(sprintf(`^s3://acme-%s-[a-z0-9-]+-lake/`, [plans.environment(step)]), place)
	what := sprintf("%s allows %s.", [step.name, place])
}

deny contains {"where": plans.where, "what": what} if {
	some step in integrations
	not step.inputs.storageAwsExternalId
	what := sprintf("%s names no external id.", [step.name])
}
