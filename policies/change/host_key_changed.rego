# METADATA
# scope: package
# title: A host key that changes is confirmed by the customer
# description: A new key is what a move of the server looks like, and what somebody in between looks like.
# custom:
#   level: warn
#   owner: security
#   fix: compare the fingerprint with the customer on another channel, and say in the pull request with whom
#   soc2: CC6.7
package rules.change.host_key_changed

import data.lib.documents

deny contains {"where": {"file": file, "pointer": documents.pointer(["connectors", name, "host_keys"])}, "what": what} if {
	some file in input.changed
	documents.kind(file) == "settings"
	some name, connector in input.documents[file].connectors
	before := {key | some key in input.base.documents[file].connectors[name].host_keys}
	added := {key | some key in connector.host_keys} - before
	count(before) > 0
	count(added) > 0
	what := sprintf("`%s` trusts %d more host keys than before.", [name, count(added)])
}
