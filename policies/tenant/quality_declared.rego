# METADATA
# scope: package
# title: A contract promises something about its rows
# description: Without one rule of quality whatever comes is published, also an empty table or amounts of a thousand times their size.
# custom:
#   level: warn
#   owner: platform
#   fix: "add a rule below `quality`, for a start `- {type: library, metric: rowCount, mustBeGreaterThan: 0}`"
#   soc2: PI1.1
package rules.tenant.quality_declared

import data.lib.documents

deny contains {"where": {"file": file, "pointer": "/schema/0"}, "what": what} if {
	some file, contract in documents.of_kind("contracts")
	not promises(contract)
	what := "No rule of quality stands in this contract."
}

promises(contract) if {
	some table in contract.schema
	count(table.quality) > 0
}

promises(contract) if {
	some table in contract.schema
	some column in table.properties
	count(column.quality) > 0
}
