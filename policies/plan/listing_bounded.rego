# METADATA
# scope: package
# title: A tenant lists its own prefix of the shared bucket only
# description: Names of files tell whom we serve and how much they send; a listing without a prefix shows everybody's.
# custom:
#   level: deny
#   owner: security
#   fix: "add a condition `StringLike: {s3:prefix: [<tenant>/*]}` to the statement"
#   soc2: CC6.3
package rules.plan.listing_bounded

import data.lib.plans

deny contains {"where": plans.where, "what": what} if {
	is_string(plans.tenant)
	some {"step": step, "statement": statement} in plans.statements
	statement.Effect == "Allow"
	some action in plans.as_list(statement.Action)
	startswith(action, "s3:List")
	action != "s3:ListMultipartUploadParts" # of one object, so its resource bounds it
	not bounded(statement)
	what := sprintf("%s allows `%s` without a condition on the tenant's prefix.", [step.name, action])
}

bounded(statement) if {
	prefixes := {prefix |
		some operator in {"StringLike", "StringEquals"}
		some prefix in plans.as_list(statement.Condition[operator]["s3:prefix"])
	}
	count(prefixes) > 0
	every prefix in prefixes {
		startswith(prefix, concat("", [plans.tenant, "/"]))
	}
}
