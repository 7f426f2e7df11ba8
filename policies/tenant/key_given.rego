# METADATA
# scope: package
# title: A part of a key comes from the source, never from a default
# description: Two records without their number would get the same one, and the later would replace the earlier in silence.
# custom:
#   level: deny
#   owner: platform
#   fix: remove `default` there; a record without its key is quarantined, and can be replayed
#   soc2: PI1.1
package rules.tenant.key_given

import data.lib.documents

deny contains {"where": {"file": file, "pointer": documents.pointer(["fields", name, "default"])}, "what": what} if {
	some file, mapping in documents.of_kind("mappings")
	some name, field in mapping.fields
	field.default
	contract := input.documents[sprintf("tenants/%s/contracts/%s.yaml", [input.tenant, documents.name(file)])]
	some column in contract.schema[0].properties
	column.name == field.column
	column.primaryKey == true
	what := sprintf("`%s` is part of the key, and would be given where the source sends none.", [field.column])
}
