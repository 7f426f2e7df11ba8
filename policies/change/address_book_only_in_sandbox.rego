# METADATA
# scope: package
# title: An address book stands in a sandbox only
# description: It sends the traffic for a customer's host elsewhere; outside a sandbox that is an attack.
# custom:
#   level: deny
#   owner: security
#   fix: delete the address book from this file; a sandbox writes its own
#   soc2: CC6.7
package rules.change.address_book_only_in_sandbox

import data.lib.documents

deny contains {"where": {"file": file, "pointer": "/addresses"}, "what": what} if {
	some file, settings in input.documents
	startswith(file, "stacks/environments/")
	count(object.get(settings, "addresses", {})) > 0
	not settings.sandbox == true
	what := "These settings hold an address book and are no sandbox."
}

deny contains {"where": {"file": file, "pointer": documents.pointer([key])}, "what": what} if {
	some file, settings in documents.all_of_kind("settings")
	some key in {"addresses", "sandbox"}
	key in object.keys(settings)
	what := sprintf("A tenant says `%s`, which is not its to say.", [key])
}
