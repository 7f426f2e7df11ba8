# METADATA
# scope: package
# title: A table with restricted columns says what it is for
# description: Who asks why we hold this about a person or a company must find the answer beside the columns.
# custom:
#   level: warn
#   owner: security
#   fix: "add `description: {purpose: …}` to the contract: one sentence"
#   soc2: C1.1
package rules.tenant.purpose_stated

import data.lib.documents

deny contains {"where": {"file": file, "pointer": ""}, "what": what} if {
	some file, contract in documents.of_kind("contracts")
	held := {column.name | some table in contract.schema; some column in table.properties; column.classification == "restricted"}
	count(held) > 0
	trim_space(object.get(contract, ["description", "purpose"], "")) == ""
	what := sprintf("The contract holds `%s` and states no purpose.", [min(held)])
}
