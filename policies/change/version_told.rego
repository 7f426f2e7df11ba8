# METADATA
# scope: package
# title: A contract that changes has a new version
# description: Readers look at the version to learn that there is something to learn; what changes under the same one surprises them.
# custom:
#   level: warn
#   owner: platform
#   fix: raise the minor version for what is added, the patch version for words
#   soc2: PI1.1
package rules.change.version_told

import data.lib.contracts
import data.lib.documents

deny contains {"where": {"file": file, "pointer": "/version"}, "what": what} if {
	some file in input.changed
	documents.kind(file) == "contracts"
	before := input.base.documents[file]
	after := input.documents[file]
	before.schema != after.schema
	before.version == after.version
	count(contracts.breaks(before, after)) == 0 # a break says so itself
	what := sprintf("The schema changes, and version %s stays.", [before.version])
}
