# METADATA
# scope: package
# title: A tenant's change moves the tenant's own row of CODEOWNERS only
# description: Who approves a neighbour, or the policies themselves, is not for a tenant's change to say.
# custom:
#   level: deny
#   owner: platform
#   fix: keep the tenant's own row here, and change other rows in a pull request of the platform
#   soc2: CC6.1
package rules.change.owners_of_tenant_only

import data.lib.changes

file := "CODEOWNERS"

deny contains {"where": {"file": file, "pointer": ""}, "what": what} if {
	file in input.changed
	not object.get(input.head, "pushed", false) # there each commit was a pull request of its own
	tenants := changes.rooms(input.changed) - {"the platform"}
	count(tenants) > 0
	some row in moved
	not of_one(row, tenants)
	what := sprintf("The row `%s` changes together with %s.", [row, concat(", ", sort(tenants))])
}

moved := (rows(input.documents) | rows(object.get(input.base, "documents", {}))) - (rows(input.documents) & rows(object.get(input.base, "documents", {})))

rows(files) := {trim_space(row) |
	some row in split(object.get(files, file, ""), "\n")
	trim_space(row) != ""
	not startswith(row, "#")
}

of_one(row, tenants) if {
	some tenant in tenants
	regex.split(`\s+`, row)[0] == sprintf("/tenants/%s/", [tenant])
}
