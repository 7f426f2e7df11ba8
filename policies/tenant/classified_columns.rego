# METADATA
# scope: package
# title: A column that tells about a person or an account is classified
# description: Masking, sampling and error texts go by the classification; without one the values would be shown.
# custom:
#   level: deny
#   owner: security
#   fix: "add `classification: confidential` (or `restricted`) to the column; where it truly is harmless, `classification: public`"
#   soc2: C1.1
package rules.tenant.classified_columns

import data.lib.documents

telling := concat("", [
	`(^|[_ ])(email|e_mail|phone|mobile|fax|iban|bic|ssn|passport|birth|birthday|birthdate|salary|wage`,
	`|credit_card|card_number|account_number|tax_id|tax_number|vat_number|first_name|last_name|surname|street|gender)($|[_ ])`,
])

classes := {"public", "internal", "confidential", "restricted"}

deny contains {"where": {"file": file, "pointer": documents.pointer(["schema", t, "properties", c])}, "what": what} if {
	some file, contract in documents.of_kind("contracts")
	some t, table in contract.schema
	bare := {c: column.name | some c, column in table.properties; not column.classification}
	regex.match(telling, concat(" ", [name | some name in bare])) # one look at all names
	some c, name in bare
	regex.match(telling, name)
	what := sprintf("`%s` looks personal and has no classification.", [name])
}

deny contains {"where": {"file": file, "pointer": documents.pointer(["schema", t, "properties", c])}, "what": what} if {
	some file, contract in documents.of_kind("contracts")
	some t, table in contract.schema
	some c, column in table.properties
	not column.classification in classes
	what := sprintf("`%s` has the classification `%s`, which is none.", [column.name, column.classification])
}
