package rules.plan.grants_stay_inside_test

import data.rules.plan.grants_stay_inside

over(inputs) := {"tenant": "globex", "plan": {"steps": [{
	"op": "create",
	"type": "snowflake:index/grantPrivilegesToAccountRole:GrantPrivilegesToAccountRole",
	"name": "grant",
	"inputs": inputs,
}]}}

denied(what) := {{"where": {"file": "tenants/globex/tenant.yaml", "pointer": ""}, "what": what}}

test_the_own_schema_is_allowed if {
	grants_stay_inside.deny == set() with input as over({"privileges": ["USAGE"], "onSchema": {"schemaName": `"ACME_STAGING"."GLOBEX__STORE"`}})
}

test_everything_is_denied if {
	grants_stay_inside.deny == denied("grant sets `allPrivileges`.") with input as over({"allPrivileges": true})
}

test_a_neighbours_schema_is_denied if {
	grants_stay_inside.deny == denied("grant grants on ACME_STAGING.INITECH, which is not the tenant's schema.") with input as over({"onSchemaObject": {"future": {"inSchema": "ACME_STAGING.INITECH"}}})
}
