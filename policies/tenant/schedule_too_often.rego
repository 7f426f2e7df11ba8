# METADATA
# scope: package
# title: A pipeline starts no more often than its tier allows
# description: Each start costs a slot of a shared cell; a tenant that takes too many slows its neighbours down.
# custom:
#   level: deny
#   owner: platform
#   fix: "let `schedule` start less often (`H * * * *` is once an hour, the minute picked by hash), or agree on a higher tier"
#   soc2: A1.1
package rules.tenant.schedule_too_often

import data.lib.cron
import data.lib.documents

starts_allowed := {"priority": 12, "standard": 4, "trial": 1}

tier := object.get(input.documents, [concat("", [documents.prefix, "tenant.yaml"]), "tier"], "standard")

allowed := object.get(starts_allowed, tier, 1)

deny contains {"where": {"file": file, "pointer": "/schedule"}, "what": what} if {
	some file, pipeline in documents.of_kind("pipelines")
	starts := cron.starts_an_hour(pipeline.schedule)
	starts > allowed
	what := sprintf("%d starts an hour; the tier `%s` allows %d.", [starts, tier, allowed])
}

deny contains {"where": {"file": file, "pointer": "/schedule"}, "what": what} if {
	some file, pipeline in documents.of_kind("pipelines")
	is_string(pipeline.schedule)
	not cron.starts_an_hour(pipeline.schedule)
	what := "How often this schedule starts cannot be read."
}
