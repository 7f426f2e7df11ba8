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
	some row in split(object.get(input.documents, "CODEOWNERS", ""), "\n")
	[_, path, names] := regex.find_all_string_submatch_n(`^(/tenants/\S+)\s+(.*?)\s*$`, row, 1)[0]
	trim(path, "/") == trim(documents.prefix, "/")
	some name in regex.split(`\s+`, names)
	team := split(trim_left(name, "@"), "/")[count(split(name, "/")) - 1]
}
