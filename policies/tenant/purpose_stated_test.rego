package rules.tenant.purpose_stated_test

import data.rules.tenant.purpose_stated

file := "tenants/globex/contracts/people.yaml"

over(more) := of_class(more, "restricted")

of_class(more, class) := {"tenant": "globex", "documents": {file: object.union(more, {"schema": [{"properties": [{"name": "email", "classification": class}]}]})}}

test_a_purpose_is_allowed if {
	purpose_stated.deny == set() with input as over({"description": {"purpose": "Whom to write to."}})
	purpose_stated.deny == set() with input as of_class({}, "confidential")
}

test_no_purpose_is_named if {
	purpose_stated.deny == {{
		"where": {"file": file, "pointer": ""},
		"what": "The contract holds `email` and states no purpose.",
	}} with input as over({})
}
