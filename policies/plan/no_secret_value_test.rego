package rules.plan.no_secret_value_test

import data.lib.samples
import data.rules.plan.no_secret_value

test_an_empty_secret_is_allowed if {
	no_secret_value.deny == set() with input as samples.one("aws:secretsmanager/secret:Secret", {"name": "acme/staging/globex/token"})
}

test_a_value_is_denied_and_not_shown if {
	no_secret_value.deny == {{
		"where": samples.where,
		"what": "it is given `secretString`.",
	}} with input as samples.one("aws:secretsmanager/secretVersion:SecretVersion", {"secretString": "hunter2"})
}
