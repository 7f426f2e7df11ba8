# METADATA
# scope: package
# title: No cell holds more pipelines than it can run
# description: An Airflow environment holds some thousand DAGs; beyond that every tenant in it starts late.
# custom:
#   level: deny
#   owner: platform
#   fix: place the tenant in another cell of stacks/cells.yaml
#   soc2: A1.1
package rules.fleet.cell_capacity

import data.lib.cells

deny contains {"where": {"file": path, "pointer": "/cell"}, "what": what} if {
	some [cell, environment], load in cells.loads
	limit := cells.bound(cell, "limit")
	load > limit
	some path in cells.concerns([cell, environment])
	what := sprintf("Cell `%s` would hold %d pipelines in %s; %d is the most.", [cell, load, environment, limit])
}

# the limit itself went down
deny contains {"where": {"file": cells.file, "pointer": concat("/", ["", "cells", cell])}, "what": what} if {
	cells.file in input.changed
	some [cell, environment], load in cells.loads
	limit := cells.bound(cell, "limit")
	load > limit
	what := sprintf("Cell `%s` holds %d pipelines in %s already.", [cell, load, environment])
}
