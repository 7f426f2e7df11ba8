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

pipelines[documents.tenant_of(path)] contains path if some path, _ in documents.all_of_kind("pipelines")

sizes := {tenant: count(paths) | some tenant, paths in pipelines}

# cell → environment → tenant → its settings file
residents[settings.cell][documents.name(path)][documents.tenant_of(path)] := path if {
	some path, settings in documents.all_of_kind("settings")
}

loads[cell][environment] := sum([object.get(sizes, tenant, 0) | some tenant, _ in tenants]) if {
	some cell, environments in residents
	some environment, tenants in environments
}

# the change has something to do with it
concerns(cell, environment) := {path |
	some tenant, path in residents[cell][environment]
	touched(tenant, path)
}

touched(_, path) if path in changed

touched(tenant, _) if {
	some pipeline in pipelines[tenant]
	pipeline in changed
}

changed := {path | some path in input.changed}
