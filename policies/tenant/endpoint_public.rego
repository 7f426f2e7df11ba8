# METADATA
# scope: package
# title: A source is a host of the customer's, never one of our own network
# description: "Our workers stand inside our network: an endpoint such as localhost, a private address or the cloud's metadata service would let config read what no customer may see."
# custom:
#   level: deny
#   owner: security
#   fix: write the host's public name, as the customer gave it
#   soc2: CC6.6
package rules.tenant.endpoint_public

import data.lib.documents

inside := concat("", [
	`^(localhost|.*\.(localhost|local|localdomain|internal|intranet|lan|home|corp)`,
	`|(0|10|127)(\.[0-9]+){3}|169\.254(\.[0-9]+){2}|192\.168(\.[0-9]+){2}|172\.(1[6-9]|2[0-9]|3[01])(\.[0-9]+){2}`,
	`|100\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])(\.[0-9]+){2}|.*\.amazonaws\.com)$`,
])

deny contains {"where": {"file": file, "pointer": documents.pointer(["connectors", name, "endpoint", key])}, "what": what} if {
	some file, settings in documents.of_kind("settings")
	some name, connector in settings.connectors
	some key, address in connector.endpoint
	is_string(address)
	host := host_of(key, address)
	regex.match(inside, lower(host))
	what := sprintf("`%s` is inside our own network, or AWS itself.", [host])
}

host_of("host", address) := address

host_of(key, address) := split(split(split(address, "://")[1], "/")[0], ":")[0] if key != "host"
