# METADATA
# scope: package
# title: A source that moves in production is confirmed by the customer
# description: "Settings are live when they are merged: whoever can have an endpoint changed can have another's rows loaded as this customer's."
# custom:
#   level: warn
#   owner: security
#   fix: call the customer on a number that did not come with the request, and say in the pull request whom you spoke to
#   soc2: CC6.7
package rules.change.endpoint_moved

import data.lib.documents

deny contains {"where": {"file": file, "pointer": documents.pointer(["connectors", name, "endpoint"])}, "what": what} if {
	some file in input.changed
	documents.kind(file) == "settings"
	documents.name(file) == "production"
	some name, connector in input.documents[file].connectors
	before := input.base.documents[file].connectors[name].endpoint
	before != connector.endpoint
	what := sprintf("`%s` moves to another endpoint in production.", [name])
}
