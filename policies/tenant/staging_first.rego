# METADATA
# scope: package
# title: Production stands only where staging stands
# description: A release proves itself in staging before it is promoted; without staging nothing new can ever reach production safely.
# custom:
#   level: deny
#   owner: platform
#   fix: keep environments/staging.yaml as long as production runs, and retire production first
#   soc2: CC8.1
package rules.tenant.staging_first

import data.lib.documents

file(environment) := sprintf("tenants/%s/environments/%s.yaml", [input.tenant, environment])

status(environment) := object.get(input.documents, [file(environment), "status"], "")

deny contains {"where": {"file": file("production"), "pointer": ""}, "what": what} if {
	file("production") in object.keys(documents.own)
	not file("staging") in object.keys(documents.own)
	what := "There are settings for production and none for staging."
}

deny contains {"where": {"file": file("staging"), "pointer": "/status"}, "what": what} if {
	status("staging") == "retiring"
	status("production") == "active"
	what := "Staging retires while production is active."
}
