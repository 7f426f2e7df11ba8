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

# settings file and connector → environment, host, port, user and directory; where one is not known, nothing is said
places := {[path, name]: place |
	some path, settings in documents.all_of_kind("settings")
	some name, connector in settings.connectors
	host := connector.endpoint.host
	directory := input.documents[sprintf("tenants/%s/connectors/%s.yaml", [documents.tenant_of(path), name])].directory
	place := [documents.name(path), host, object.get(connector.endpoint, "port", 22), connector.user, trim_suffix(directory, "/")]
}

readers := {place: those |
	some place in {place | place := places[_]}
	those := {one | places[one] == place}
}

deny contains {"where": {"file": path, "pointer": documents.pointer(["connectors", name, "endpoint"])}, "what": what} if {
	settings := {path | some path in input.changed; documents.kind(path) == "settings"}
	count(settings) > 0
	some [path, name], place in places
	path in settings
	others := {tenant | some [other, _] in readers[place]; tenant := documents.tenant_of(other)} - {documents.tenant_of(path)}
	count(others) > 0
	what := sprintf("`%s` reads %s of %s as `%s`; so does %s.", [name, place[4], place[1], place[3], min(others)])
}
