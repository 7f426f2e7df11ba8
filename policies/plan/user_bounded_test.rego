package rules.plan.user_bounded_test

import data.lib.samples
import data.rules.plan.user_bounded

type := "snowflake:index/serviceUser:ServiceUser"

bounded := {"statementTimeoutInSeconds": 1800, "lockTimeout": 60, "abortDetachedQuery": true, "defaultSecondaryRolesOption": "NONE"}

test_a_bounded_user_is_allowed if {
	user_bounded.deny == set() with input as samples.one(type, bounded)
}

test_a_statement_without_end_is_denied if {
	user_bounded.deny == {{
		"where": samples.where,
		"what": "it has no `statementTimeoutInSeconds` between 1 and 3600.",
	}} with input as samples.one(type, object.union(bounded, {"statementTimeoutInSeconds": 0}))
}

test_secondary_roles_are_denied if {
	user_bounded.deny == {{
		"where": samples.where,
		"what": "it does not set `defaultSecondaryRolesOption` to NONE.",
	}} with input as samples.one(type, object.union(bounded, {"defaultSecondaryRolesOption": "ALL"}))
}
