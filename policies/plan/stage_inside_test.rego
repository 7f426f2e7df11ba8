package rules.plan.stage_inside_test

import data.lib.samples
import data.rules.plan.stage_inside

type := "snowflake:index/stageExternalS3:StageExternalS3"

stage := {"url": "s3://acme-staging-eu-west-1-lake/globex/landing/", "storageIntegration": "ACME_STAGING_LAKE"}

test_the_own_landing_is_allowed if {
	stage_inside.deny == set() with input as samples.one(type, stage)
}

test_the_whole_lake_is_denied if {
	stage_inside.deny == {{
		"where": samples.where,
		"what": "it shows `s3://acme-staging-eu-west-1-lake/`.",
	}} with input as samples.one(type, object.union(stage, {"url": "s3://acme-staging-eu-west-1-lake/"}))
}

test_another_way_in_is_denied if {
	count(stage_inside.deny) == 1 with input as samples.one(type, json.remove(stage, ["/storageIntegration"]))
	count(stage_inside.deny) == 1 with input as samples.one(type, object.union(stage, {"credentials": {"awsRole": "arn"}}))
}
