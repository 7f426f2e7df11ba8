# METADATA
# scope: package
# title: Every SFTP server is known by its host key
# description: Without it anybody on the way can pose as the customer's server, take our key and hand us any rows.
# custom:
#   level: deny
#   owner: security
#   fix: "add `host_keys: [SHA256:…]`, as the customer confirmed it on another channel (`ssh-keyscan HOST | ssh-keygen -lf -` shows what answers now)"
#   soc2: CC6.7
package rules.tenant.host_keys_required

import data.lib.documents

fingerprint := `^SHA256:[A-Za-z0-9+/]{43}$`

deny contains {"where": {"file": file, "pointer": documents.pointer(["connectors", name])}, "what": what} if {
	some file, settings in documents.of_kind("settings")
	some name, connector in settings.connectors
	connector.endpoint.host
	count(object.get(connector, "host_keys", [])) == 0
	what := sprintf("`%s` names a host and no host key.", [name])
}

deny contains {"where": {"file": file, "pointer": documents.pointer(["connectors", name, "host_keys", i])}, "what": what} if {
	some file, settings in documents.of_kind("settings")
	some name, connector in settings.connectors
	some i, key in connector.host_keys
	not regex.match(fingerprint, key)
	what := "This is no OpenSSH fingerprint of the form SHA256:…"
}
