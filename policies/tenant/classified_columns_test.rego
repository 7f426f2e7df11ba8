package rules.tenant.classified_columns_test

import data.rules.tenant.classified_columns

file := "tenants/globex/contracts/people.yaml"

over(column) := {"tenant": "globex", "documents": {file: {"schema": [{"properties": [column]}]}}}

place := {"file": file, "pointer": "/schema/0/properties/0"}

test_a_classified_column_is_allowed if {
	classified_columns.deny == set() with input as over({"name": "account_number", "classification": "confidential"})
}

test_a_harmless_column_is_allowed if {
	classified_columns.deny == set() with input as over({"name": "vendor_id"})
}

test_a_personal_column_without_a_class_is_denied if {
	classified_columns.deny == {{
		"where": place,
		"what": "`work_email` looks personal and has no classification.",
	}} with input as over({"name": "work_email"})
}

test_an_unknown_class_is_denied if {
	classified_columns.deny == {{
		"where": place,
		"what": "`vendor_id` has the classification `secretish`, which is none.",
	}} with input as over({"name": "vendor_id", "classification": "secretish"})
}
