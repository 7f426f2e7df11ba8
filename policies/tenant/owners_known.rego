# METADATA
# scope: package
# title: A tenant's owners can approve its changes
# description: GitHub asks the teams of CODEOWNERS for a review; an owner who is not in it is never asked.
# custom:
#   level: deny
#   owner: platform
#   fix: "add a row `/tenants/<tenant>/ @acmeconnect/<owner>` to CODEOWNERS, or name a team of the row that stands there"
#   soc2: CC8.1
package rules.tenant.owners_known

import data.lib.documents

deny contains {"where": {"file": file, "pointer": documents.pointer(["owners", i])}, "what": what} if {
	some file, tenant in documents.of_kind("tenant")
	some i, owner in tenant.owners
	not owner in teams
	what := sprintf("CODEOWNERS gives %s to no team `%s`.", [documents.prefix, owner])
}

# the teams of the tenant's own row
teams := {team |
	some path in {documents.prefix, trim_suffix(documents.prefix, "/")}
	some rest in split(rows, concat("", ["\n/", path]))
	regex.match(`^[ \t]`, rest)
	some name in regex.split(`[ \t]+`, trim_space(split(rest, "\n")[0]))
	team := split(trim_left(name, "@"), "/")[count(split(name, "/")) - 1]
}

# found by its text and not row by row: each of a thousand tenants has one
rows := concat("", ["\n", object.get(input.documents, "CODEOWNERS", "")])
