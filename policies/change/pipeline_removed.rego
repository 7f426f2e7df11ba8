# METADATA
# scope: package
# title: A table that is loaded no more is missed by somebody
# description: Its rows stay, and grow older every day; who reads the table is not told by the table.
# custom:
#   level: warn
#   owner: platform
#   fix: name in the pull request who read it, and since when they know; the name can never be used again
#   soc2: A1.2
package rules.change.pipeline_removed

import data.lib.changes
import data.lib.documents

deny contains {"where": {"file": file, "pointer": ""}, "what": what} if {
	some file in input.changed
	documents.kind(file) == "pipelines"
	changes.removed(file)
	not changes.removed(sprintf("tenants/%s/tenant.yaml", [documents.tenant_of(file)]))
	what := sprintf("The pipeline goes: `%s` is loaded no more.", [documents.name(file)])
}
