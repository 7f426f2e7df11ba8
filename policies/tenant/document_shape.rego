# METADATA
# scope: package
# title: A document has the shape that its rules read
# description: A rule that meets another shape would stay silent, and silence would pass for consent.
# custom:
#   level: deny
#   owner: platform
#   fix: write the key as docs/reference/ shows it for this kind of file
#   soc2: CC8.1
package rules.tenant.document_shape

import data.lib.documents
import data.lib.shapes

deny contains {"where": {"file": file, "pointer": documents.pointer(keys)}, "what": what} if {
	some file, document in documents.own
	document != null # what cannot be read at all is reported by who reads it
	some [keys, wanted] in shapes.faults(documents.kind(file), document)
	what := sprintf("%s has another shape than is read here: %s belongs there.", [part(keys), wanted])
}

part([]) := "The document"

part(keys) := sprintf("`%s`", [concat(".", [sprintf("%v", [key]) | some key in keys])]) if count(keys) > 0
