# METADATA
# scope: package
# title: Schedules are spread over the minutes of an hour
# description: Hundreds of pipelines that start in the same minute wait for one another, and for the scheduler, while the rest of the hour is idle.
# custom:
#   level: warn
#   owner: platform
#   fix: write `H` for the minute; it is then picked by hash
#   soc2: A1.1
package rules.fleet.minutes_spread

import data.lib.cells

crowd := 60

# cell → minute → pipelines that name this very minute for every day or hour
starts[cell][minute] contains path if {
	some cell, environments in cells.residents
	some tenant, _ in environments[_]
	some path in cells.pipelines[tenant]
	minute := split(trim_space(input.documents[path].schedule), " ")[0]
	regex.match(`^[0-9]{1,2}$`, minute)
}

deny contains {"where": {"file": path, "pointer": "/schedule"}, "what": what} if {
	some cell, minutes in starts
	some minute, paths in minutes
	count(paths) > crowd
	some path in paths
	path in cells.changed
	what := sprintf("%d pipelines of cell `%s` start at minute %s.", [count(paths), cell, minute])
}
