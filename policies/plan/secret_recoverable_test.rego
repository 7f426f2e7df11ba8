package rules.plan.secret_recoverable_test

import data.lib.samples
import data.rules.plan.secret_recoverable

type := "aws:secretsmanager/secret:Secret"

test_a_month_is_allowed if {
	secret_recoverable.deny == set() with input as samples.one(type, {"recoveryWindowInDays": 30})
	secret_recoverable.deny == set() with input as samples.one(type, {})
}

test_at_once_is_denied if {
	secret_recoverable.deny == {{
		"where": samples.where,
		"what": "it could be had back for 0 days only.",
	}} with input as samples.one(type, {"recoveryWindowInDays": 0})
}

test_overwriting_is_denied if {
	count(secret_recoverable.deny) == 1 with input as samples.one(type, {"forceOverwriteReplicaSecret": true})
}
