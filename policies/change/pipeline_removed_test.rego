package rules.change.pipeline_removed_test

import data.rules.change.pipeline_removed

file := "tenants/globex/pipelines/orders.yaml"

root := "tenants/globex/tenant.yaml"

over(after) := {"changed": [file], "base": {"documents": {file: {}, root: {}}}, "documents": after}

test_a_pipeline_that_stays_and_a_tenant_that_goes_are_allowed if {
	pipeline_removed.deny == set() with input as over({file: {}, root: {}})
	pipeline_removed.deny == set() with input as over({})
}

test_a_pipeline_that_goes_is_named if {
	pipeline_removed.deny == {{
		"where": {"file": file, "pointer": ""},
		"what": "The pipeline goes: `orders` is loaded no more.",
	}} with input as over({root: {}})
}
