package rules.change.endpoint_moved_test

import data.rules.change.endpoint_moved

file := "tenants/globex/environments/production.yaml"

at(host) := {file: {"connectors": {"drop": {"endpoint": {"host": host}}}}}

over(before, after) := {"changed": [file], "base": {"documents": before}, "documents": after}

test_the_same_and_a_new_source_are_allowed if {
	endpoint_moved.deny == set() with input as over(at("sftp.example"), at("sftp.example"))
	endpoint_moved.deny == set() with input as over({}, at("sftp.example"))
}

test_a_source_that_moves_is_named if {
	endpoint_moved.deny == {{
		"where": {"file": file, "pointer": "/connectors/drop/endpoint"},
		"what": "`drop` moves to another endpoint in production.",
	}} with input as over(at("sftp.example"), at("sftp.exarnple"))
}
