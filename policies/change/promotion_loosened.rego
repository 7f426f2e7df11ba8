# METADATA
# scope: package
# title: Who lets promotions run by themselves knows it
# description: From then on whatever staging has proved reaches production on the approval of its first pull request, without another look.
# custom:
#   level: warn
#   owner: platform
#   fix: "say in the pull request who asked for it, or keep `promotion: manual`"
#   soc2: CC8.1
package rules.change.promotion_loosened

import data.lib.documents

deny contains {"where": {"file": file, "pointer": "/promotion"}, "what": what} if {
	some file in input.changed
	documents.kind(file) == "tenant"
	input.documents[file].promotion == "auto"
	before := object.get(input.base.documents[file], "promotion", "manual")
	before != "auto"
	what := "Promotions of this tenant would need no further approval."
}
