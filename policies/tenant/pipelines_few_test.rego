package rules.tenant.pipelines_few_test

import data.rules.tenant.pipelines_few

root := "tenants/globex/tenant.yaml"

over(n) := {"tenant": "globex", "documents": object.union({root: {"tier": "trial"}}, {file: {} |
	some i in numbers.range(1, n)
	file := sprintf("tenants/globex/pipelines/p%d.yaml", [i])
})}

test_twenty_on_trial_are_allowed if {
	pipelines_few.deny == set() with input as over(20)
}

test_more_are_denied if {
	pipelines_few.deny == {{
		"where": {"file": root, "pointer": "/tier"},
		"what": "There are 21 pipelines; the tier `trial` allows 20.",
	}} with input as over(21)
}
