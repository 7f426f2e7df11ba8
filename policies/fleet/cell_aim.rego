# METADATA
# scope: package
# title: A cell is filled up to what it aims at
# description: Beyond the aim there is room for retries and a bad night no more, and the next tenant has nowhere to go.
# custom:
#   level: warn
#   owner: platform
#   fix: place the tenant in a cell with more room, or order the next cell now
#   soc2: A1.1
package rules.fleet.cell_aim

import data.lib.cells

deny contains {"where": {"file": path, "pointer": "/cell"}, "what": what} if {
	some [cell, environment], load in cells.loads
	aim := cells.bound(cell, "aim")
	load > aim
	load <= cells.bound(cell, "limit")
	some path in cells.concerns([cell, environment])
	what := sprintf("Cell `%s` would hold %d pipelines in %s and aims at %d.", [cell, load, environment, aim])
}
