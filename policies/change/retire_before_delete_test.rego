package rules.change.retire_before_delete_test

import data.rules.change.retire_before_delete

file := "tenants/globex/environments/production.yaml"

over(settings) := {"base": {"documents": {file: settings}}, "documents": {}}

test_what_was_retiring_may_go if {
	retire_before_delete.deny == set() with input as over({"status": "retiring"})
}

test_what_stays_is_allowed if {
	retire_before_delete.deny == set() with input as {
		"base": {"documents": {file: {"status": "active"}}},
		"documents": {file: {"status": "paused"}},
	}
}

test_what_is_active_may_not_go if {
	retire_before_delete.deny == {{
		"where": {"file": file, "pointer": ""},
		"what": "These settings go while their status is still `active`.",
	}} with input as over({"status": "active"})
}

test_what_cannot_be_read_may_not_go if {
	retire_before_delete.deny == {{
		"where": {"file": file, "pointer": ""},
		"what": "These settings go, and their status cannot be read.",
	}} with input as over("active")
}
