# METADATA
# scope: package
# title: Who takes a pin away pauses production
# description: Without a pin no pipeline runs there; that is the way back from a first promotion, and a mistake in any other case.
# custom:
#   level: warn
#   owner: platform
#   fix: say in the pull request that production shall stop; to return to an older release, name it in the pin
#   soc2: A1.2
package rules.change.pin_removed

import data.lib.changes
import data.lib.documents

deny contains {"where": {"file": file, "pointer": ""}, "what": what} if {
	some file in input.changed
	documents.is_pin(file)
	changes.removed(file)
	not changes.removed(sprintf("tenants/%s/tenant.yaml", [documents.tenant_of(file)]))
	what := sprintf("The pin goes, and with it all of %s in production stops.", [documents.tenant_of(file)])
}
