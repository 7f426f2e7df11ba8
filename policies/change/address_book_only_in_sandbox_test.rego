package rules.change.address_book_only_in_sandbox_test

import data.rules.change.address_book_only_in_sandbox

file := "stacks/environments/production.toml"

book := {"sftp.example:22": {"to": "127.0.0.1:2222"}}

test_a_sandbox_may_have_one if {
	address_book_only_in_sandbox.deny == set() with input as {"documents": {file: {"sandbox": true, "addresses": book}}}
	address_book_only_in_sandbox.deny == set() with input as {"documents": {file: {"addresses": {}}}}
}

test_production_may_not if {
	address_book_only_in_sandbox.deny == {{
		"where": {"file": file, "pointer": "/addresses"},
		"what": "These settings hold an address book and are no sandbox.",
	}} with input as {"documents": {file: {"addresses": book}}}
}

test_a_tenant_may_not if {
	own := "tenants/globex/environments/staging.yaml"
	address_book_only_in_sandbox.deny == {{
		"where": {"file": own, "pointer": "/addresses"},
		"what": "A tenant says `addresses`, which is not its to say.",
	}} with input as {"documents": {own: {"addresses": book}}}
}
