package rules.plan.no_data_deleted_test

import data.rules.plan.no_data_deleted

over(op, type) := {"tenant": "globex", "plan": {"steps": [{"op": op, "type": type, "name": "store"}]}}

test_a_new_schema_and_a_deleted_grant_are_allowed if {
	no_data_deleted.deny == set() with input as over("create", "snowflake:index/schema:Schema")
	no_data_deleted.deny == set() with input as over("delete", "snowflake:index/grantOwnership:GrantOwnership")
}

test_a_replaced_schema_is_denied if {
	no_data_deleted.deny == {{
		"where": {"file": "tenants/globex/tenant.yaml", "pointer": ""},
		"what": "The plan replaces store (snowflake:index/schema:Schema).",
	}} with input as over("replace", "snowflake:index/schema:Schema")
}
