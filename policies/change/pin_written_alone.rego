# METADATA
# scope: package
# title: A commit that moves a pin changes nothing else
# description: The rollback of production is the revert of that commit; whatever else stood in it would go back too.
# custom:
#   level: deny
#   owner: platform
#   fix: put the other changes into a commit and a pull request of their own
#   soc2: CC8.1
package rules.change.pin_written_alone

import data.lib.changes
import data.lib.documents

deny contains {"where": {"file": file, "pointer": ""}, "what": what} if {
	some unit in changes.units
	some file in changes.pins(unit)
	others := {path | some path in unit.changed; not documents.is_pin(path)}
	count(others) > 0
	not goes_with_its_tenant(file)
	what := sprintf("The pin moves together with %s.", [summary(others)])
}

# a tenant that is removed as a whole takes its pin along
goes_with_its_tenant(file) if {
	changes.removed(file)
	changes.removed(sprintf("tenants/%s/tenant.yaml", [documents.tenant_of(file)]))
}

summary(paths) := min(paths) if count(paths) == 1

summary(paths) := sprintf("%s and %d more", [min(paths), count(paths) - 1]) if count(paths) > 1
