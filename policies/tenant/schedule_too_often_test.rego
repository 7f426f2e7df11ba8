package rules.tenant.schedule_too_often_test

import data.rules.tenant.schedule_too_often

file := "tenants/globex/pipelines/orders.yaml"

over(schedule, tier) := {
	"tenant": "globex",
	"documents": {file: {"schedule": schedule}, "tenants/globex/tenant.yaml": {"tier": tier}},
}

test_what_the_tier_allows_is_allowed if {
	schedule_too_often.deny == set() with input as over("H/15 * * * *", "standard")
	schedule_too_often.deny == set() with input as over("*/5 * * * *", "priority")
}

test_every_minute_is_denied if {
	schedule_too_often.deny == {{
		"where": {"file": file, "pointer": "/schedule"},
		"what": "60 starts an hour; the tier `trial` allows 1.",
	}} with input as over("* * * * *", "trial")
}

test_what_cannot_be_read_is_denied if {
	schedule_too_often.deny == {{
		"where": {"file": file, "pointer": "/schedule"},
		"what": "How often this schedule starts cannot be read.",
	}} with input as over("@hourly", "standard")
}
