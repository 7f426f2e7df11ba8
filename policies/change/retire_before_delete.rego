# METADATA
# scope: package
# title: A tenant or an environment is retired before it is deleted
# description: Removal is slower than adding, so that a slip of the hand stops pipelines and never drops data.
# custom:
#   level: deny
#   owner: platform
#   fix: "set `status: retiring` first, let it be deployed, and delete in a later pull request"
#   soc2: A1.2
package rules.change.retire_before_delete

import data.lib.changes
import data.lib.documents

deny contains {"where": {"file": file, "pointer": ""}, "what": what} if {
	some file, settings in input.base.documents
	documents.kind(file) == "settings"
	changes.removed(file)
	status := object.get(settings, "status", "unknown")
	status != "retiring"
	what := sprintf("These settings go while their status is still `%s`.", [status])
}

# settings that nobody can read retire nothing
deny contains {"where": {"file": file, "pointer": ""}, "what": what} if {
	some file, settings in input.base.documents
	documents.kind(file) == "settings"
	changes.removed(file)
	not is_object(settings)
	what := "These settings go, and their status cannot be read."
}
