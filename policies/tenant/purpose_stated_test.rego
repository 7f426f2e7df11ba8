package rules.tenant.purpose_stated_test

import data.rules.tenant.purpose_stated

file := "tenants/globex/contracts/people.yaml"

over(more) := {"tenant": "globex", "documents": {file: object.union(more, {"schema": [{"properties": [{"name": "email", "classification": "confidential"}]}]})}}

test_a_purpose_is_allowed if {
	purpose_stated.deny == set() with input as over({"description": {"purpose": "Whom to write to."}})
}

test_no_purpose_is_named if {
	purpose_stated.deny == {{
		"where": {"file": file, "pointer": ""},
		"what": "The contract holds `email` and states no purpose.",
	}} with input as over({})
}
