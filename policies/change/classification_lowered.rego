# METADATA
# scope: package
# title: What a column may be shown to is not widened by the way
# description: Masking, samples and error texts go by the classification; values that were kept back would be shown from the next run on.
# custom:
#   level: deny
#   owner: security
#   fix: keep the classification, or let security waive it with the reason
#   soc2: C1.1
package rules.change.classification_lowered

import data.lib.changes
import data.lib.contracts
import data.lib.documents

ranks := {"public": 0, "internal": 1, "confidential": 2, "restricted": 3}

deny contains {"where": {"file": file, "pointer": ""}, "what": what} if {
	some file, new in documents.all_of_kind("contracts")
	changes.added_or_changed(file)
	some name, before in contracts.columns(input.base.documents[file])
	after := contracts.columns(new)[name]
	ranks[before.classification] >= ranks.confidential
	now := object.get(after, "classification", "unclassified")
	object.get(ranks, now, 0) < ranks[before.classification]
	what := sprintf("Column `%s` was %s and is %s.", [name, before.classification, now])
}
