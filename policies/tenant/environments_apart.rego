# METADATA
# scope: package
# title: Staging reads another source than production does
# description: A trial run takes files away from, slows down or locks the customer's real system, and staging holds the rows of production.
# custom:
#   level: warn
#   owner: security
#   fix: name the customer's test system, or at least another user, in environments/staging.yaml
#   soc2: CC8.1
package rules.tenant.environments_apart

import data.lib.documents

settings(environment) := input.documents[sprintf("tenants/%s/environments/%s.yaml", [input.tenant, environment])]

deny contains {"where": {"file": file, "pointer": documents.pointer(["connectors", name, "endpoint"])}, "what": what} if {
	file := sprintf("tenants/%s/environments/staging.yaml", [input.tenant])
	some name, connector in settings("staging").connectors
	other := settings("production").connectors[name]
	connector.endpoint == other.endpoint
	object.get(connector, "user", "") == object.get(other, "user", "")
	what := sprintf("`%s` reads the very source of production.", [name])
}
