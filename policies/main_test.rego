package main_test

import data.main

good := {
	"families": ["tenant"],
	"tenant": "globex",
	"base": {"documents": {}},
	"head": {"commits": []},
	"documents": {"CODEOWNERS": "/tenants/globex/ @acme/emea\n", "tenants/globex/tenant.yaml": {"owners": ["emea"]}},
	"changed": [],
	"plan": null,
}

bad := object.union(good, {"documents": {"tenants/globex/tenant.yaml": {"owners": ["nobody"]}}})

test_a_code_is_the_path_of_its_rule if {
	some finding in main.findings with input as bad
	finding == {
		"code": "tenant.owners_known",
		"where": {"file": "tenants/globex/tenant.yaml", "pointer": "/owners/0"},
		"what": "CODEOWNERS gives tenants/globex/ to no team `nobody`.",
	}
}

test_a_clean_tenant_has_no_finding if {
	count(main.findings) == 0 with input as good
}

test_families_that_nobody_asked_for_stay_silent if {
	count(main.findings) == 0 with input as object.union(bad, {"families": ["plan"]})
}

test_a_batch_answers_under_the_names_of_its_inputs if {
	answer := main.batch with input as {"batch": {"one": good, "two": bad}}
	answer.one == set()
	count(answer.two) == 1
}

test_what_all_inputs_share_is_said_once if {
	rows := good.documents.CODEOWNERS
	apart := object.union(object.remove(good, ["documents"]), {"documents": object.remove(good.documents, ["CODEOWNERS"])})
	count(main.batch.one) == 1 with input as {"batch": {"one": apart}}
	main.batch.one == set() with input as {"batch": {"one": apart}, "common": {"CODEOWNERS": rows}}
}

test_an_answer_says_by_which_policies if {
	main.answer.bundle == "" with data.bundle as {}
	main.answer.bundle == "abc" with data.bundle as {"digest": "abc"}
}
