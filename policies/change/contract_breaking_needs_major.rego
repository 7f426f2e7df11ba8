# METADATA
# scope: package
# title: A breaking contract has a new major version
# description: Readers of the table rely on the version to learn that a column changed under their queries.
# custom:
#   level: deny
#   owner: platform
#   fix: keep what readers rely on, or raise the contract's major version, after all readers agreed
#   soc2: PI1.1
package rules.change.contract_breaking_needs_major

import data.lib.contracts
import data.lib.documents

deny contains {"where": {"file": file, "pointer": "/version"}, "what": what} if {
	some file in input.changed
	documents.kind(file) == "contracts"
	new := input.documents[file]
	old := input.base.documents[file]
	breaks := contracts.breaks(old, new)
	count(breaks) > 0
	not raised(old, new)
	what := sprintf("This breaks what version %s promised: %s.", [old.version, concat("; ", sort(breaks))])
}

raised(old, new) if contracts.major(new) > contracts.major(old)
