# METADATA
# scope: package
# title: Records of a test are made up
# description: A record that was copied out of production stays in the repository for ever, readable by everybody who clones it.
# custom:
#   level: warn
#   owner: security
#   fix: "invent the values: addresses at `example.com`, `.example` or `.test`, account numbers of no bank"
#   soc2: C1.1
package rules.tenant.test_records_invented

import data.lib.documents

# an e-mail address whose domain is nobody's example, or an IBAN
real := `[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}|\b[A-Z]{2}[0-9]{2}( ?[A-Z0-9]{4}){3,7}\b`

invented := `(?i)(@|\.)(example\.(com|org|net)|[a-z0-9-]+\.(example|test|invalid)|example|test|invalid)$`

deny contains {"where": {"file": file, "pointer": ""}, "what": what} if {
	some file, text in documents.others
	is_string(text)
	regex.match(`^tenants/[^/]+/tests/`, file)
	telling(text)
	found := {value | some value in regex.find_n(real, text, 1000); not regex.match(invented, value)}
	count(found) > 0
	what := sprintf("%d values look like somebody's address or bank account.", [count(found)])
}

telling(text) if contains(text, "@")

telling(text) if regex.match(`[A-Z]{2}[0-9]{2} ?[A-Z0-9]{4}`, text)
