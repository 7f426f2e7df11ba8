# METADATA
# scope: package
# title: A tenant has no more pipelines than its tier allows
# description: Every pipeline takes slots, minutes and objects of a shared cell; a tenant that grows without a word crowds out its neighbours.
# custom:
#   level: deny
#   owner: platform
#   fix: take out what nobody reads, or agree on a higher tier
#   soc2: A1.1
package rules.tenant.pipelines_few

import data.lib.documents

most := {"priority": 100, "standard": 50, "trial": 20}

root := sprintf("tenants/%s/tenant.yaml", [input.tenant])

tier := object.get(input.documents, [root, "tier"], "standard")

deny contains {"where": {"file": root, "pointer": "/tier"}, "what": what} if {
	pipelines := count(documents.of_kind("pipelines"))
	allowed := object.get(most, tier, 20)
	pipelines > allowed
	what := sprintf("There are %d pipelines; the tier `%s` allows %d.", [pipelines, tier, allowed])
}
