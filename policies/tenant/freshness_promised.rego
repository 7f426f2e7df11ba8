# METADATA
# scope: package
# title: Every contract promises how fresh its table is
# description: Alerts and the status page measure against the promise; without one nobody is told that data is late.
# custom:
#   level: deny
#   owner: platform
#   fix: "add `- {property: latency, value: 2, unit: h}` below `slaProperties`"
#   soc2: A1.1
package rules.tenant.freshness_promised

import data.lib.documents

deny contains {"where": {"file": file, "pointer": ""}, "what": what} if {
	some file, contract in documents.of_kind("contracts")
	not promises(contract)
	what := "The contract promises no latency."
}

promises(contract) if {
	some promise in contract.slaProperties
	promise.property == "latency"
	promise.value > 0
	promise.unit in {"m", "h", "d"}
}
