# METADATA
# scope: package
# title: What is read whole is read at most once an hour
# description: Without a watermark every run asks the customer's API for every record again; more often, that is load which the customer notices.
# custom:
#   level: warn
#   owner: platform
#   fix: add a `watermark`, or let `schedule` start less often
#   soc2: A1.1
package rules.tenant.full_pull_rare

import data.lib.cron
import data.lib.documents

deny contains {"where": {"file": file, "pointer": "/schedule"}, "what": what} if {
	some file, pipeline in documents.of_kind("pipelines")
	pipeline.resource
	not pipeline.watermark
	starts := cron.starts_an_hour(pipeline.schedule)
	starts > 1
	what := sprintf("%d times an hour all of `%s` is read.", [starts, pipeline.resource])
}
