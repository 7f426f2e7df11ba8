# METADATA
# scope: package
# title: A cell stays while tenants live in it
# description: Their pipelines would have no Airflow to run in, and their settings would name a cell that nobody makes.
# custom:
#   level: deny
#   owner: platform
#   fix: move these tenants to another cell first, each by a change of its own
#   soc2: A1.2
package rules.fleet.cell_in_use

import data.lib.cells

deny contains {"where": {"file": cells.file, "pointer": "/cells"}, "what": what} if {
	cells.file in input.changed
	some cell, _ in object.get(input.base.documents, [cells.file, "cells"], {})
	not cells.declared[cell]
	tenants := {tenant | some tenant, lived_in in cells.cells_of; cell in lived_in}
	count(tenants) > 0
	what := sprintf("Cell `%s` goes, and %d tenants live in it, %s first.", [cell, count(tenants), min(tenants)])
}
