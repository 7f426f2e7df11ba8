# METADATA
# scope: package
# title: A pin returns to a release that was live before
# description: >
#   A commit that does this and nothing else is a rollback: it needs no soak, no evidence and no second approver; it merges
#   at once, and a person reads it within a day.
# custom:
#   level: info
#   owner: platform
#   fix: nothing to do now; review it within a day
#   soc2: A1.2
package rules.change.quick_lane

import data.lib.changes

deny contains {"where": {"file": file, "pointer": "/release"}, "what": what} if {
	some unit in changes.units
	changes.quick_lane(unit)
	some file in changes.pins(unit)
	what := sprintf("The pin returns to release %s, live within 180 days: quick lane.", [substring(input.documents[file].release, 0, 8)])
}
