package rules.plan.privileges_listed_test

import data.lib.samples
import data.rules.plan.privileges_listed

type := "snowflake:index/grantPrivilegesToAccountRole:GrantPrivilegesToAccountRole"

test_usage_of_the_warehouse_is_allowed if {
	privileges_listed.deny == set() with input as samples.one(type, {"privileges": ["USAGE"], "onAccountObject": {"objectType": "WAREHOUSE", "objectName": "ACME_STAGING__EU1"}})
}

test_a_stage_of_its_own_is_denied if {
	privileges_listed.deny == {{
		"where": samples.where,
		"what": "it grants CREATE STAGE.",
	}} with input as samples.one(type, {"privileges": ["CREATE STAGE"]})
}

test_the_integration_is_denied if {
	privileges_listed.deny == {{
		"where": samples.where,
		"what": "it grants on the integration ACME_STAGING_LAKE.",
	}} with input as samples.one(type, {"privileges": ["USAGE"], "onAccountObject": {"objectType": "INTEGRATION", "objectName": "ACME_STAGING_LAKE"}})
}

test_the_account_is_denied if {
	count(privileges_listed.deny) == 1 with input as samples.one(type, {"privileges": ["USAGE"], "onAccount": true})
}
