# METADATA
# scope: package
# title: We log in at the customer's as nobody special
# description: An administrator's login reads far more than our files, and whatever goes wrong with it is ours to answer for.
# custom:
#   level: deny
#   owner: security
#   fix: ask the customer for a user of our own that may read our directory only
#   soc2: CC6.3
package rules.tenant.login_unprivileged

import data.lib.documents

special := {"root", "admin", "administrator", "anonymous", "ftp", "guest", "postgres", "sa", "superuser", "sysadmin", "system"}

deny contains {"where": {"file": file, "pointer": documents.pointer(["connectors", name, "user"])}, "what": what} if {
	some file, settings in documents.of_kind("settings")
	some name, connector in settings.connectors
	lower(connector.user) in special
	what := sprintf("`%s` logs in as `%s`.", [name, connector.user])
}
