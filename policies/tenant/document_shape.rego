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

# all documents of a kind at once, for most are as they should be
odd contains kind if {
	some kind, schema in shapes.schemas
	there := readable(kind)
	count(there) > 0
	[fits, _] := json.match_schema(there, shapes.mapping_of(schema))
	not fits
}

# what cannot be read at all is reported by who reads it
readable(kind) := {file: document |
	some file, document in documents.of_kind(kind)
	document != null
}

deny contains {"where": {"file": file, "pointer": pointer}, "what": what} if {
	some kind in odd
	some file, document in readable(kind)
	[_, errors] := json.match_schema(json.marshal(document), shapes.schemas[kind])
	some error in errors
	pointer := place(error.field)
	what := sprintf("%s has another shape than is read here: %s.", [part(error.field), trim_right(error.desc, ".")])
}

place("(Root)") := ""

place(field) := documents.pointer(split(field, ".")) if field != "(Root)"

part("(Root)") := "The document"

part(field) := sprintf("`%s`", [field]) if field != "(Root)"
