# METADATA
# scope: package
# title: The name of something removed is never used again
# description: Its schemas, secrets and receipts still bear that name; a newcomer would inherit them.
# custom:
#   level: deny
#   owner: platform
#   fix: choose another name for the new folder or pipeline
#   soc2: CC6.1
package rules.fleet.name_reused

import data.lib.changes
import data.lib.documents

deny contains {"where": {"file": file, "pointer": ""}, "what": what} if {
	some file in input.changed
	file in changes.there
	not file in changes.there_before
	file in input.base.removed
	documents.kind(file) in {"tenant", "pipelines"}
	what := sprintf("%s stood here before and was removed.", [file])
}
