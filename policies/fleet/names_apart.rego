# METADATA
# scope: package
# title: No two tenants have names that read as one
# description: At three in the morning `acme_foods` and `acmefoods` are the same customer, and the wrong one is rolled back.
# custom:
#   level: deny
#   owner: platform
#   fix: choose a name that differs by more than an underscore or a digit that looks like a letter
#   soc2: CC6.1
package rules.fleet.names_apart

import data.lib.changes
import data.lib.documents

# 0 reads as o, 1 as l; underscores are not read at all
reading(name) := replace(replace(replace(replace(name, "_", ""), "0", "o"), "1", "l"), "rn", "m")

readings := {tenant: reading(tenant) |
	some tenant in {documents.tenant_of(path) | some path, _ in input.documents}
}

alike := {word: tenants |
	some word in {word | word := readings[_]}
	tenants := {tenant | readings[tenant] == word}
}

deny contains {"where": {"file": path, "pointer": ""}, "what": what} if {
	some path in input.changed
	documents.kind(path) == "tenant"
	path in changes.there
	not path in changes.there_before
	tenant := documents.tenant_of(path)
	others := alike[reading(tenant)] - {tenant}
	count(others) > 0
	what := sprintf("`%s` reads as `%s`, which is another tenant.", [tenant, min(others)])
}
