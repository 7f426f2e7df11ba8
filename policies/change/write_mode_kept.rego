# METADATA
# scope: package
# title: How a table is written changes only with a new major version
# description: "Under `append` the same order stands there many times, under `replace` the older ones are gone: every sum over the table changes."
# custom:
#   level: deny
#   owner: platform
#   fix: raise the contract's major version after all readers agreed, or keep `write` as it was
#   soc2: PI1.1
package rules.change.write_mode_kept

import data.lib.contracts
import data.lib.documents

deny contains {"where": {"file": file, "pointer": "/write"}, "what": what} if {
	some file in input.changed
	documents.kind(file) == "pipelines"
	after := input.documents[file].write
	before := input.base.documents[file].write
	before != after
	contract := sprintf("tenants/%s/contracts/%s.yaml", [documents.tenant_of(file), documents.name(file)])
	not raised(contract)
	what := sprintf("`write` turns from %s into %s, and the contract keeps its major version.", [before, after])
}

raised(contract) if contracts.major(input.documents[contract]) > contracts.major(input.base.documents[contract])
