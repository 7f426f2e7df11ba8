# METADATA
# scope: package
# title: A change touches one tenant or the platform, never both
# description: Only then is its revert whole, and nobody's rollback takes a neighbour along.
# custom:
#   level: deny
#   owner: platform
#   fix: split the change, one pull request for each tenant and one for the platform
#   soc2: CC8.1
package rules.change.one_tenant_or_platform

import data.lib.changes

deny contains {"where": {"file": file, "pointer": ""}, "what": what} if {
	some unit in changes.units
	rooms := changes.rooms(unit.changed)
	count(rooms) > 1
	file := min({path | some path in unit.changed; changes.room_of(path) != min(rooms)})
	what := sprintf("One change touches %s.", [concat(", ", sort(rooms))])
}
