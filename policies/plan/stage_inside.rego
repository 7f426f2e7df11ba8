# METADATA
# scope: package
# title: A tenant's stage shows the tenant's own landing files, by the platform's integration
# description: A stage on another prefix reads a neighbour's files; one with credentials of its own reads whatever they open.
# custom:
#   level: deny
#   owner: security
#   fix: take the stage's url from naming.landing_prefix and `storageIntegration` from naming, and give no credentials
#   soc2: CC6.3
package rules.plan.stage_inside

import data.lib.plans

stages contains step if {
	plans.tenant
	some step in plans.standing
	step.type == "snowflake:index/stageExternalS3:StageExternalS3"
}

deny contains {"where": plans.where, "what": what} if {
	some step in stages
	url := object.get(step.inputs, "url", "")
	not regex.match(sprintf(`^s3://acme-%s-[a-z0-9-]+-lake/%s/landing/$`, [plans.environment(step), plans.tenant]), url)
	what := sprintf("%s shows `%s`.", [step.name, url])
}

deny contains {"where": plans.where, "what": what} if {
	some step in stages
	integration := object.get(step.inputs, "storageIntegration", "none")
	integration != upper(sprintf("acme_%s_lake", [plans.environment(step)]))
	what := sprintf("%s reads by the integration %s.", [step.name, integration])
}

deny contains {"where": plans.where, "what": what} if {
	some step in stages
	step.inputs.credentials
	what := sprintf("%s brings credentials of its own.", [step.name])
}
