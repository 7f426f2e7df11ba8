package rules.plan.grants_to_own_role_test

import data.lib.samples
import data.rules.plan.grants_to_own_role

type := "snowflake:index/grantAccountRole:GrantAccountRole"

test_the_own_role_to_the_own_user_is_allowed if {
	grants_to_own_role.deny == set() with input as samples.one(type, {"roleName": "ACME_STAGING__GLOBEX", "userName": "ACME_STAGING__GLOBEX"})
}

test_an_administrators_role_is_denied if {
	grants_to_own_role.deny == {{
		"where": samples.where,
		"what": "it has ACCOUNTADMIN as its `roleName`.",
	}} with input as samples.one(type, {"roleName": "ACCOUNTADMIN", "userName": "ACME_STAGING__GLOBEX"})
}

test_everybody_and_neighbours_are_denied if {
	every role in ["PUBLIC", "ACME_STAGING__INITECH", "ACME_PRODUCTION__GLOBEX"] {
		count(grants_to_own_role.deny) == 1 with input as samples.one("snowflake:index/grantPrivilegesToAccountRole:GrantPrivilegesToAccountRole", {"accountRoleName": role})
	}
}
