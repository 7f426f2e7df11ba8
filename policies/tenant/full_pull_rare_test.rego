package rules.tenant.full_pull_rare_test

import data.rules.tenant.full_pull_rare

file := "tenants/globex/pipelines/orders.yaml"

over(pipeline) := {"tenant": "globex", "documents": {file: pipeline}}

test_what_changed_may_be_read_often if {
	full_pull_rare.deny == set() with input as over({"resource": "/orders", "schedule": "*/15 * * * *", "watermark": {"field": "at"}})
	full_pull_rare.deny == set() with input as over({"resource": "/orders", "schedule": "H * * * *"})
}

test_all_of_it_four_times_an_hour_is_named if {
	full_pull_rare.deny == {{
		"where": {"file": file, "pointer": "/schedule"},
		"what": "4 times an hour all of `/orders` is read.",
	}} with input as over({"resource": "/orders", "schedule": "*/15 * * * *"})
}
