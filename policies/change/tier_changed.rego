# METADATA
# scope: package
# title: A tenant's tier changes with the platform's word
# description: The tier decides on warehouse, quota, soak time and who is woken at night; it is sold, not chosen.
# custom:
#   level: warn
#   owner: platform
#   fix: have the platform team approve the pull request, and name the contract in it
#   soc2: A1.1
package rules.change.tier_changed

import data.lib.documents

deny contains {"where": {"file": file, "pointer": "/tier"}, "what": what} if {
	some file in input.changed
	documents.kind(file) == "tenant"
	before := input.base.documents[file].tier
	after := input.documents[file].tier
	before != after
	what := sprintf("The tier turns from %s into %s.", [before, after])
}
