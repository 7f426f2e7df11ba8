# METADATA
# scope: package
# title: A promise of freshness is not loosened in passing
# description: Readers planned with the shorter one; the alert that would have told them falls silent with it.
# custom:
#   level: warn
#   owner: platform
#   fix: name in the pull request which readers agreed, or keep the promise
#   soc2: A1.1
package rules.change.freshness_loosened

import data.lib.documents

in_minutes := {"m": 1, "h": 60, "d": 1440}

minutes(contract) := min([span |
	some promise in contract.slaProperties
	promise.property == "latency"
	span := promise.value * in_minutes[promise.unit]
])

deny contains {"where": {"file": file, "pointer": "/slaProperties"}, "what": what} if {
	some file in input.changed
	documents.kind(file) == "contracts"
	before := minutes(input.base.documents[file])
	after := minutes(input.documents[file])
	after > before
	what := sprintf("The promised latency grows from %d to %d minutes.", [before, after])
}
