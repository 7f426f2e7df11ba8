package rules.plan.tagged_test

import data.lib.samples
import data.rules.plan.tagged

type := "aws:iam/role:Role"

test_the_own_tags_are_allowed if {
	tagged.deny == set() with input as samples.one(type, {"tags": {"tenant": "globex", "environment": "staging"}})
}

test_no_tag_is_denied if {
	tagged.deny == {{
		"where": samples.where,
		"what": "it is tagged with nothing as its tenant.",
	}} with input as samples.one(type, {})
}

test_another_environment_is_denied if {
	count(tagged.deny) == 1 with input as samples.one(type, {"tags": {"tenant": "globex", "environment": "production"}})
}
