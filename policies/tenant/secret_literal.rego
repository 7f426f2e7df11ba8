# METADATA
# scope: package
# title: No value of a secret stands in a file
# description: What is committed can be read by everybody who ever clones the repository, for ever.
# custom:
#   level: deny
#   owner: security
#   fix: delete the value, rotate it, put it into AWS Secrets Manager and write its name as `secret`
#   soc2: CC6.1
package rules.tenant.secret_literal

import data.lib.documents
import data.lib.suspects

# spelt so that no value has to be shown to say what it is
tell_tale := {
	"a private key": `-----BEGIN [A-Z ]*PRIVATE KEY`,
	"an AWS access key": `\b(AKIA|ASIA)[A-Z0-9]{16}\b`,
	"a password inside a URL": `://[^/@:\s]+:[^/@\s]+@`,
	"a JSON web token": `\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}`,
	"a token of GitHub or Slack": `\b(gh[pousr]_[A-Za-z0-9]{30,}|xox[abprs]-[A-Za-z0-9-]{10,})`,
}

telling_key := `(?i)(^|_)(password|passwd|passphrase|private_key|client_secret|api_key|access_key|secret_key|token)$`

deny contains {"where": {"file": file, "pointer": documents.pointer(keys)}, "what": what} if {
	some file in suspects.files
	[keys, value] := walk(documents.own[file])
	is_string(value)
	some name, pattern in tell_tale
	regex.match(pattern, value)
	what := sprintf("This value looks like %s.", [name])
}

deny contains {"where": {"file": file, "pointer": documents.pointer(keys)}, "what": what} if {
	some file in suspects.files
	[keys, value] := walk(documents.own[file])
	is_string(value)
	regex.match(telling_key, sprintf("%v", [keys[count(keys) - 1]]))
	not regex.match(`^[a-z_.]*$`, value)
	what := sprintf("`%s` holds a value, not the name of a secret.", [keys[count(keys) - 1]])
}

# SQL, test records and whatever else is plain text
deny contains {"where": {"file": file, "pointer": ""}, "what": what} if {
	some file in suspects.files
	text := documents.others[file]
	is_string(text)
	some name, pattern in tell_tale
	regex.match(pattern, text)
	what := sprintf("This file holds %s.", [name])
}
