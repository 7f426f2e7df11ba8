package rules.change.pin_needs_evidence_test

import data.rules.change.pin_needs_evidence

file := "tenants/globex/environments/production.pin.yaml"

evidence := {
	"deployment": "dep-01JD4Z9M8Q",
	"live_since": "2026-11-20T06:12:40Z",
	"receipts": {"orders": "5d0c9f1be27a4436a1c85b1f0e7d92c34b6a8f70d1e2c3b4a5968778695a4b3c"},
	"probed": "2026-11-20T09:31:02Z",
}

over(proof) := {
	"documents": {file: {"release": "new", "evidence": proof}, "tenants/globex/pipelines/orders.yaml": {}},
	"base": {"documents": {file: {"release": "old"}}, "live_releases": {file: ["older", "old"]}},
	"head": {"at": "2026-11-20T10:00:00Z"},
	"changed": [file],
}

test_whole_evidence_is_allowed if {
	pin_needs_evidence.deny == set() with input as over(evidence)
}

test_a_return_needs_none if {
	pin_needs_evidence.deny == set() with input as object.union(over({}), {"documents": {file: {"release": "older"}}})
}

test_no_evidence_is_denied_part_by_part if {
	count(pin_needs_evidence.deny) == 4 with input as over({})
	count(pin_needs_evidence.deny) == 4 with input as over("trust me")
}

test_a_pipeline_without_receipt_is_denied if {
	pin_needs_evidence.deny == {{"where": {"file": file, "pointer": "/evidence"}, "what": "The evidence has no receipt of a published run for every pipeline."}} with input as over(object.union(evidence, {"receipts": {"orders": "soon"}}))
}

test_an_old_probe_is_denied if {
	pin_needs_evidence.deny == {{"where": {"file": file, "pointer": "/evidence"}, "what": "The evidence has no green probe of production from the hour before the promotion."}} with input as over(object.union(evidence, {"probed": "2026-11-20T08:59:59Z"}))
}

test_a_probe_from_the_future_is_denied if {
	count(pin_needs_evidence.deny) == 1 with input as over(object.union(evidence, {"probed": "2026-11-20T10:00:01Z"}))
}
