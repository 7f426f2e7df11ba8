# METADATA
# scope: package
# title: A new pin carries the evidence of its release
# description: >
#   Production gets what staging has proved, and what a probe of production itself, at most an hour old, found fit.
#   A pin that returns to a digest which was live within 180 days needs none.
# custom:
#   level: deny
#   owner: platform
#   fix: let `acme promote <tenant>` write the pin; nobody writes it by hand
#   soc2: CC8.1
package rules.change.pin_needs_evidence

import data.lib.changes
import data.lib.documents

hour_ns := 3600000000000

deny contains {"where": {"file": file, "pointer": "/evidence"}, "what": what} if {
	some file, pin in input.documents
	documents.is_pin(file)
	file in input.changed
	not changes.returns(file)
	some what in missing(file, pin)
}

missing(file, pin) := {what |
	some what, given in {
		"The evidence names no deployment in staging.": is_string(object.get(pin, ["evidence", "deployment"], null)),
		"The evidence does not say since when the release is live in staging.": is_time(object.get(pin, ["evidence", "live_since"], null)),
		"The evidence has no receipt of a published run for every pipeline.": receipts_complete(file, pin),
		"The evidence has no green probe of production from the hour before the promotion.": probed(pin),
	}
	not given
}

default is_time(_) := false

is_time(text) if time.parse_rfc3339_ns(text)

default receipts_complete(_, _) := false

receipts_complete(file, pin) if {
	folder := sprintf("tenants/%s/pipelines/", [documents.tenant_of(file)])
	pipelines := {documents.name(path) | some path, _ in input.documents; startswith(path, folder)}
	proved := {name | some name, hash in pin.evidence.receipts; regex.match(`^[0-9a-f]{64}$`, hash)}
	count(pipelines - proved) == 0
}

default probed(_) := false

probed(pin) if {
	age := time.parse_rfc3339_ns(input.head.at) - time.parse_rfc3339_ns(pin.evidence.probed)
	age >= 0
	age <= hour_ns
}
