package rules.change.waiver_bounded_test

import data.rules.change.waiver_bounded

file := "policies/waivers.yaml"

good := {"code": "tenant.https_only", "tenant": "globex", "file": "tenants/globex/environments/*.yaml", "reason": "r", "owner": "security", "ticket": "T-1", "until": "2026-12-31"}

over(waivers) := {"changed": [file], "head": {"at": "2026-11-20T10:00:00Z"}, "documents": {file: {"waivers": waivers}}}

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

test_what_is_wide_is_denied if {
	every wide in [{"tenant": "*"}, {"tenant": "initech"}, {"file": "tenants/*/environments/a.yaml"}, {"file": "tenants/globex/*"}, {"code": "tenant.*"}] {
		waiver_bounded.deny == {{
			"where": {"file": file, "pointer": "/waivers/0"},
			"what": "A waiver covers one code of one tenant, in a file whose folder is written out.",
		}} with input as over([object.union(good, wide)])
	}
}

test_the_platforms_own_files_may_be_waived if {
	waiver_bounded.deny == set() with input as over([object.union(good, {"tenant": "platform", "file": "CODEOWNERS"})])
}

test_what_others_wrote_is_not_this_changes_fault if {
	waiver_bounded.deny == set() with input as object.union(over("all"), {"changed": ["CODEOWNERS"]})
}
