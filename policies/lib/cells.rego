# METADATA
# title: Which cell holds whom, and how many pipelines that makes
package lib.cells

import data.lib.documents

file := "stacks/cells.yaml"

# name → {region, environment_class, aim, limit}
declared := object.get(input.documents, [file, "cells"], {})

# what a cell may hold where stacks/cells.yaml does not say it
most := {"aim": 2000, "limit": 3000}

bound(cell, key) := object.get(declared, [cell, key], most[key])

owners := {path: documents.tenant_of(path) | some path, _ in documents.all_of_kind("pipelines")}

pipelines := {tenant: paths |
	some tenant in {tenant | tenant := owners[_]}
	paths := {path | owners[path] == tenant}
}

# settings file → whose, in which cell and environment
homes := {path: {"tenant": documents.tenant_of(path), "place": [settings.cell, documents.name(path)]} |
	some path, settings in documents.all_of_kind("settings")
	is_string(settings.cell)
}

# [cell, environment] → settings files of those who live there
residents := {place: paths |
	some place in {place | place := homes[_].place}
	paths := {path | homes[path].place == place}
}

# tenant → its cells
cells_of := {tenant: cells |
	some tenant in {tenant | tenant := homes[_].tenant}
	cells := {place[0] | homes[path].tenant == tenant; place := homes[path].place}
}

# [cell, environment] → pipelines
loads := {place: sum([count(object.get(pipelines, homes[path].tenant, set())) | some path in paths]) |
	some place, paths in residents
}

# the settings by which the change has something to do with what a cell holds
concerns(place) := {path | some path in residents[place]; touched(path)}

touched(path) if path in changed

touched(path) if count(pipelines[homes[path].tenant] & changed) > 0

changed := {path | some path in input.changed}
