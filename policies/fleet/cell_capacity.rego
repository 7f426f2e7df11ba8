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

import data.lib.documents

refuse := 3000

# cell → environment → settings files of the tenants that live there
residents[settings.cell][documents.name(file)] contains file if {
	some file, settings in input.documents
	documents.kind(file) == "settings"
}

pipelines[documents.tenant_of(file)] contains file if {
	some file, _ in input.documents
	documents.kind(file) == "pipelines"
}

deny contains {"where": {"file": file, "pointer": "/cell"}, "what": what} if {
	some cell, environments in residents
	some environment, files in environments
	load := sum([count(object.get(pipelines, documents.tenant_of(file), set())) | some file in files])
	load > refuse
	some file in files
	file in input.changed
	what := sprintf("Cell `%s` would hold %d pipelines in %s; %d is the most.", [cell, load, environment, refuse])
}
