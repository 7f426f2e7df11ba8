# METADATA
# scope: package
# title: An API is reached by https only
# description: Tokens and rows would cross the network in clear.
# custom:
#   level: deny
#   owner: security
#   fix: write the address with `https://`; an API without TLS cannot be connected
#   soc2: CC6.7
package rules.tenant.https_only

import data.lib.documents

deny contains {"where": {"file": file, "pointer": documents.pointer(["connectors", name, "endpoint", key])}, "what": what} if {
	some file, settings in documents.of_kind("settings")
	some name, connector in settings.connectors
	some key, address in connector.endpoint
	regex.match(`^(url|.+_url)$`, key)
	not startswith(address, "https://")
	what := sprintf("`%s` of `%s` is no https address.", [key, name])
}
