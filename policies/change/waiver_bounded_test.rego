package rules.change.waiver_bounded_test

import data.rules.change.waiver_bounded

file := "policies/waivers.yaml"

good := {"code": "tenant.https_only", "tenant": "globex", "reason": "r", "owner": "security", "ticket": "T-1", "until": "2026-12-31"}

over(waivers) := {"head": {"at": "2026-11-20T10:00:00Z"}, "documents": {file: {"waivers": waivers}}}

test_a_whole_waiver_is_allowed if {
	waiver_bounded.deny == set() with input as over([good])
	waiver_bounded.deny == set() with input as over([])
	waiver_bounded.deny == set() with input as {"documents": {}}
}

test_no_list_is_denied if {
	waiver_bounded.deny == {{
		"where": {"file": file, "pointer": ""},
		"what": "The waivers are no list below the key `waivers`.",
	}} with input as over("all")
}

test_no_reason_is_denied if {
	count(waiver_bounded.deny) == 1 with input as over([json.remove(good, ["/reason"])])
}

test_too_long_and_ended_are_denied if {
	every until in ["2027-06-01", "2026-11-18"] {
		waiver_bounded.deny == {{
			"where": {"file": file, "pointer": "/waivers/0"},
			"what": "A waiver ends at most 90 days ahead and is removed when it has ended.",
		}} with input as over([object.union(good, {"until": until})])
	}
}

test_every_tenant_is_denied if {
	waiver_bounded.deny == {{
		"where": {"file": file, "pointer": "/waivers/0"},
		"what": "A waiver covers one code of one tenant.",
	}} with input as over([object.union(good, {"tenant": "*"})])
}
