package rules.plan.logs_kept_test

import data.lib.samples
import data.rules.plan.logs_kept

type := "aws:cloudwatch/logGroup:LogGroup"

test_half_a_year_and_for_ever_are_allowed if {
	every days in [180, 365, 0] {
		logs_kept.deny == set() with input as samples.one(type, {"retentionInDays": days})
	}
}

test_a_month_is_denied if {
	logs_kept.deny == {{
		"where": samples.where,
		"what": "it keeps logs for 30 days.",
	}} with input as samples.one(type, {"retentionInDays": 30})
}
