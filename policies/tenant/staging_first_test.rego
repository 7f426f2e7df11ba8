package rules.tenant.staging_first_test

import data.rules.tenant.staging_first

staging := "tenants/globex/environments/staging.yaml"

production := "tenants/globex/environments/production.yaml"

over(files) := {"tenant": "globex", "documents": files}

test_both_or_staging_alone_are_allowed if {
	staging_first.deny == set() with input as over({staging: {"status": "active"}, production: {"status": "active"}})
	staging_first.deny == set() with input as over({staging: {"status": "retiring"}, production: {"status": "retiring"}})
	staging_first.deny == set() with input as over({staging: {"status": "active"}})
}

test_production_alone_is_denied if {
	staging_first.deny == {{
		"where": {"file": production, "pointer": ""},
		"what": "There are settings for production and none for staging.",
	}} with input as over({production: {"status": "active"}})
}

test_staging_that_goes_first_is_denied if {
	count(staging_first.deny) == 1 with input as over({staging: {"status": "retiring"}, production: {"status": "active"}})
}
