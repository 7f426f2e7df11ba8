package rules.plan.session_short_test

import data.lib.samples
import data.rules.plan.session_short

type := "aws:iam/role:Role"

test_an_hour_is_allowed if {
	session_short.deny == set() with input as samples.one(type, {"maxSessionDuration": 3600})
	session_short.deny == set() with input as samples.one(type, {})
}

test_half_a_day_is_denied if {
	session_short.deny == {{
		"where": samples.where,
		"what": "A session of it lasts 43200 seconds.",
	}} with input as samples.one(type, {"maxSessionDuration": 43200})
}
