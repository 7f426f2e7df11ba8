# METADATA
# scope: package
# title: A warehouse stops when nobody uses it, and has a bounded size
# description: One that never suspends, or is a few sizes too large, costs more in a night than a tenant pays in a month.
# custom:
#   level: deny
#   owner: platform
#   fix: set `autoSuspend` between 30 and 600 seconds, a size up to LARGE, and at most 4 clusters
#   soc2: A1.1
package rules.plan.warehouse_bounded

import data.lib.plans

warehouses contains step if {
	some step in plans.standing
	step.type == "snowflake:index/warehouse:Warehouse"
}

sizes := {"XSMALL", "X-SMALL", "SMALL", "MEDIUM", "LARGE"}

deny contains {"where": plans.where, "what": what} if {
	some step in warehouses
	not suspends(object.get(step.inputs, "autoSuspend", 0))
	what := sprintf("%s does not suspend between 30 and 600 seconds after its last query.", [step.name])
}

deny contains {"where": plans.where, "what": what} if {
	some step in warehouses
	size := object.get(step.inputs, "warehouseSize", "XSMALL")
	not upper(size) in sizes
	what := sprintf("%s has the size %s.", [step.name, size])
}

deny contains {"where": plans.where, "what": what} if {
	some step in warehouses
	clusters := object.get(step.inputs, "maxClusterCount", 1)
	clusters > 4
	what := sprintf("%s may grow to %d clusters.", [step.name, clusters])
}

suspends(seconds) if {
	seconds >= 30
	seconds <= 600
}
