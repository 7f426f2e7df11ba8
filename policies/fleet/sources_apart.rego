# METADATA
# scope: package
# title: No two tenants read the same place as the same user
# description: A folder that was copied from a neighbour, with its host left in, loads the neighbour's rows into the wrong customer's tables.
# custom:
#   level: deny
#   owner: security
#   fix: write this customer's own endpoint, user or directory
#   soc2: CC6.1
package rules.fleet.sources_apart

import data.lib.documents

# who reads where: environment, host, port, user, directory → settings files
places[place] contains {"file": path, "connector": name} if {
	some path, settings in documents.all_of_kind("settings")
	some name, connector in settings.connectors
	host := connector.endpoint.host
	folder := sprintf("tenants/%s/connectors/%s.yaml", [documents.tenant_of(path), name])
	directory := input.documents[folder].directory # where it is not known, nothing is said
	place := [documents.name(path), host, object.get(connector.endpoint, "port", 22), connector.user, trim_suffix(directory, "/")]
}

deny contains {"where": {"file": one.file, "pointer": documents.pointer(["connectors", one.connector, "endpoint"])}, "what": what} if {
	some place, readers in places
	count(readers) > 1
	some one in readers
	one.file in input.changed
	others := {tenant | some other in readers; tenant := documents.tenant_of(other.file)} - {documents.tenant_of(one.file)}
	count(others) > 0
	what := sprintf("`%s` reads %s of %s as `%s`; so does %s.", [one.connector, place[4], place[1], place[3], min(others)])
}
