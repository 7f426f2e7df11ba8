# METADATA
# scope: package
# title: No plan deletes or replaces who a tenant is
# description: "A role or user that is made anew under its old name is another one: trusts, grants and policies that name the old one break in the middle of a run."
# custom:
#   level: deny
#   owner: platform
#   fix: "undo what asks for it, often a changed name or path; a tenant is paused by `status: paused`, not by deleting its role"
#   soc2: A1.2
package rules.plan.identity_kept

import data.lib.plans

identities := {
	"aws:iam/role:Role",
	"snowflake:index/accountRole:AccountRole",
	"snowflake:index/serviceUser:ServiceUser",
	"snowflake:index/storageIntegrationAws:StorageIntegrationAws",
}

verbs := {"delete": "deletes", "replace": "replaces"}

deny contains {"where": plans.where, "what": what} if {
	some step in plans.destroying
	step.type in identities
	what := sprintf("The plan %s %s (%s).", [verbs[step.op], step.name, step.type])
}
