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
import data.lib.documents

crowd := 60

# pipelines that name this very minute for every day or hour
minutes := {path: minute |
	some path, pipeline in documents.all_of_kind("pipelines")
	not startswith(pipeline.schedule, "H")
	minute := split(trim_space(pipeline.schedule), " ")[0]
	regex.match(`^[0-9]{1,2}$`, minute)
}

# [minute, cell] of each of them
starts := {path: places |
	some path, minute in minutes
	places := {[minute, cell] | some cell in cells.cells_of[documents.tenant_of(path)]}
}

sizes[place] := count([path | some path, places in starts; place in places]) if some place in {place | place := starts[_][_]}

deny contains {"where": {"file": path, "pointer": "/schedule"}, "what": what} if {
	some path in cells.changed
	some [minute, cell] in starts[path]
	size := sizes[[minute, cell]]
	size > crowd
	what := sprintf("%d pipelines of cell `%s` start at minute %s.", [size, cell, minute])
}
