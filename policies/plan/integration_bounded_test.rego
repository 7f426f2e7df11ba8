package rules.plan.integration_bounded_test

import data.lib.samples
import data.rules.plan.integration_bounded

type := "snowflake:index/storageIntegrationAws:StorageIntegrationAws"

integration := {"storageAllowedLocations": ["s3://acme-staging-eu-west-1-lake/"], "storageAwsExternalId": "acme:staging:snowflake"}

test_the_lake_is_allowed if {
	integration_bounded.deny == set() with input as samples.shared(type, integration)
}

test_everything_is_denied if {
	integration_bounded.deny == {{
		"where": {"file": "stacks/__main__.py", "pointer": ""},
		"what": "it allows *.",
	}} with input as samples.shared(type, object.union(integration, {"storageAllowedLocations": ["*"]}))
}

test_no_external_id_is_denied if {
	count(integration_bounded.deny) == 1 with input as samples.shared(type, json.remove(integration, ["/storageAwsExternalId"]))
}
