# METADATA
# scope: package
# title: A tenant lives in a cell that there is
# description: Its DAGs and warehouses are made in that cell; in another nothing would run them, and nobody would be told.
# custom:
#   level: deny
#   owner: platform
#   fix: name a cell of stacks/cells.yaml
#   soc2: A1.1
package rules.tenant.cell_known

import data.lib.cells
import data.lib.documents

deny contains {"where": {"file": file, "pointer": "/cell"}, "what": what} if {
	count(cells.declared) > 0
	some file, settings in documents.of_kind("settings")
	is_string(settings.cell)
	not cells.declared[settings.cell]
	what := sprintf("There is no cell `%s`; there are %s.", [settings.cell, concat(", ", sort(object.keys(cells.declared)))])
}
