# METADATA
# scope: package
# title: A waiver is bounded, owned and reasoned
# description: An exception without an end, an owner and a reason is a hole in the rule that nobody remembers.
# custom:
#   level: deny
#   owner: platform
#   fix: "write {code, tenant, file, reason, owner, ticket, until}: one code, one tenant (or `platform`), one file, at most 90 days ahead"
#   soc2: CC8.1
package rules.change.waiver_bounded

import data.lib.documents
import data.lib.waivers

file := "policies/waivers.yaml"

keys := {"code", "tenant", "file", "reason", "owner", "ticket", "until"}

day_ns := 86400000000000

# what others wrote once is no fault of this change; what has ended there covers nothing, and is said elsewhere
touched if file in input.changed

deny contains {"where": {"file": file, "pointer": ""}, "what": "The waivers are no list below the key `waivers`."} if {
	touched
	file in object.keys(input.documents)
	not is_array(object.get(object.get(input.documents, file, {}), "waivers", null))
}

deny contains {"where": {"file": file, "pointer": documents.pointer(["waivers", i])}, "what": what} if {
	touched
	some i, waiver in input.documents[file].waivers
	some what in wrong(waiver)
}

wrong(waiver) := {what |
	some what, fine in {
		"A waiver names code, tenant, file, reason, owner, ticket and until, each as text.": whole(waiver),
		"A waiver ends at most 90 days ahead and is removed when it has ended.": in_time(waiver),
		"A waiver covers one code of one tenant, in a file whose folder is written out.": waivers.narrow(waiver),
	}
	not fine
}

default whole(_) := false

whole(waiver) if count({key | some key in keys; is_string(waiver[key]); waiver[key] != ""}) == count(keys)

default in_time(_) := false

in_time(waiver) if {
	days := (time.parse_ns("2006-01-02", waiver.until) - time.parse_rfc3339_ns(input.head.at)) / day_ns
	days > -1
	days <= 90
}
