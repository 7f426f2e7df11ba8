package rules.change.author_named_test

import data.rules.change.author_named

over(author) := {"head": {"commits": [{"commit": "4b1d9e2ffffff", "author": author, "changed": ["tenants/globex/tenant.yaml"]}]}}

test_an_address_is_allowed if {
	author_named.deny == set() with input as over("dana@acme.example")
	author_named.deny == set() with input as over("49699333+dependabot[bot]@users.noreply.github.com")
}

test_nobody_is_denied if {
	author_named.deny == {{
		"where": {"file": "tenants/globex/tenant.yaml", "pointer": ""},
		"what": "Commit 4b1d9e2f is by `root@localhost`.",
	}} with input as over("root@localhost")
	every author in ["", "dana", "dana@laptop.local", "dana@host.(none)"] {
		count(author_named.deny) == 1 with input as over(author)
	}
}
