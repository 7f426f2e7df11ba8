package rules.tenant.test_records_invented_test

import data.rules.tenant.test_records_invented

file := "tenants/globex/tests/people/input.csv"

over(text) := {"tenant": "globex", "documents": {file: text}}

test_invented_values_are_allowed if {
	test_records_invented.deny == set() with input as over("Id,Mail\n1,ada@example.com\n2,bob@shop.globex.example\n3,x@mail.test\n")
	test_records_invented.deny == set() with input as over("Id,Code\n1,AW00000001\n2,SO43659\n")
}

test_somebodys_address_and_account_are_counted_and_not_shown if {
	test_records_invented.deny == {{
		"where": {"file": file, "pointer": ""},
		"what": "2 values look like somebody's address or bank account.",
	}} with input as over("Id,Mail,Account\n1,ada@gmail.com,DE89 3704 0044 0532 0130 00\n")
}
