package rules.change.owners_of_tenant_only_test

import data.rules.change.owners_of_tenant_only

before := "# who is asked\n* @acme/platform\n/tenants/globex/ @acme/emea\n/tenants/initech/ @acme/emea\n"

over(after, more) := {
	"changed": array.concat(["CODEOWNERS"], more),
	"documents": {"CODEOWNERS": after},
	"base": {"documents": {"CODEOWNERS": before}},
	"head": {"pushed": false},
}

ours := ["tenants/globex/tenant.yaml"]

test_the_tenants_own_row_may_move if {
	owners_of_tenant_only.deny == set() with input as over(replace(before, "/tenants/globex/ @acme/emea", "/tenants/globex/ @acme/apac"), ours)
}

test_the_platform_alone_may_move_any if {
	owners_of_tenant_only.deny == set() with input as over("* @acme/security\n", [])
}

test_a_push_was_judged_commit_by_commit if {
	pushed := object.union(over("* @acme/security\n", ours), {"head": {"pushed": true}})
	owners_of_tenant_only.deny == set() with input as pushed
}

test_another_row_is_denied if {
	every row in ["/policies/ @acme/emea", "/tenants/initech_two/ @acme/emea", "* @acme/emea"] {
		owners_of_tenant_only.deny == {{
			"where": {"file": "CODEOWNERS", "pointer": ""},
			"what": sprintf("The row `%s` changes together with globex.", [row]),
		}} with input as over(concat("", [before, row, "\n"]), ours)
	}
}
