# METADATA
# title: Every rule is found by its path, and its path is its code
# description: >
#   `input.batch` holds named inputs; the answer holds their findings under the same names, so that a whole fleet is one
#   question to one warm server.
package main

families := {"tenant", "change", "plan", "fleet"}

# input.families, where given, picks the families to ask
asked := {family | some family in input.families} & families

findings contains finding if {
	some family in asked
	some rule, found in data.rules[family]
	some one in found.deny
	finding := object.union(
		{
			"code": concat(".", [family, rule]),
			"where": {"file": "", "pointer": ""},
			"what": "",
		},
		one,
	)
}

batch[name] := found if {
	some name, one in input.batch
	found := findings with input as joined(one)
}

# input.common, where given, holds documents that every input of the batch has too
common := object.get(input, "common", {})

joined(one) := object.union(one, {"documents": object.union(common, one.documents)})

# the digest of these policies, put beside them by whoever loaded them
default bundle := ""

bundle := data.bundle.digest

answer := {"bundle": bundle, "batch": batch}
