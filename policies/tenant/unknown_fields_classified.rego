# METADATA
# scope: package
# title: No field lands that nobody classified
# description: Kept, a field that the customer adds one day stands in our tables unmasked, whatever it tells about people.
# custom:
#   level: warn
#   owner: platform
#   fix: "write `unknown_fields: quarantine`, and list what is not wanted under `skip`"
#   soc2: PI1.1
package rules.tenant.unknown_fields_classified

import data.lib.documents

deny contains {"where": {"file": file, "pointer": "/unknown_fields"}, "what": what} if {
	some file, mapping in documents.of_kind("mappings")
	mapping.unknown_fields == "keep"
	what := "Unknown fields are kept."
}
