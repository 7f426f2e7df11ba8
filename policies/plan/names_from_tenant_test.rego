package rules.plan.names_from_tenant_test

import data.rules.plan.names_from_tenant

over(type, inputs) := {"tenant": "globex", "plan": {"steps": [{
	"op": "create",
	"urn": "urn:pulumi:globex.staging::acme::t::thing",
	"type": type,
	"name": "thing",
	"inputs": inputs,
}]}}

denied(what) := {{"where": {"file": "tenants/globex/tenant.yaml", "pointer": ""}, "what": what}}

test_own_names_are_allowed if {
	names_from_tenant.deny == set() with input as over("aws:iam/role:Role", {"name": "acme-staging-globex"})
	names_from_tenant.deny == set() with input as over("aws:secretsmanager/secret:Secret", {"name": "acme/staging/globex/erp_drop"})
	names_from_tenant.deny == set() with input as over("snowflake:index/schema:Schema", {"name": "GLOBEX__STORE"})
	names_from_tenant.deny == set() with input as over("snowflake:index/accountRole:AccountRole", {"name": "ACME_STAGING__GLOBEX"})
}

test_a_neighbours_name_is_denied if {
	names_from_tenant.deny == denied("thing would be called `acme-staging-initech`.") with input as over("aws:iam/role:Role", {"name": "acme-staging-initech"})
	names_from_tenant.deny == denied("thing would be called `INITECH`.") with input as over("snowflake:index/schema:Schema", {"name": "INITECH"})
}

test_a_name_that_the_engine_makes_up_is_denied if {
	names_from_tenant.deny == denied("thing has no name of its own.") with input as over("aws:iam/role:Role", {})
}

test_a_step_of_another_stack_is_denied if {
	names_from_tenant.deny == denied("thing is no step of the tenant's stack.") with input as {
		"tenant": "globex",
		"plan": {"steps": [{"op": "same", "urn": "urn:pulumi:initech.staging::acme::t::thing", "type": "t", "name": "thing"}]},
	}
}
