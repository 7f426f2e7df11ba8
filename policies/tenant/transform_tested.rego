# METADATA
# scope: package
# title: Every transform has a test
# description: Rows that go in and rows that must come out are the only proof that the logic means what its author meant.
# custom:
#   level: deny
#   owner: platform
#   fix: add tests/<table>/input.csv (or input.jsonl) with a few raw records, and tests/<table>/expected.csv
#   soc2: CC8.1
package rules.tenant.transform_tested

import data.lib.documents

transforms := concat("", [documents.prefix, "transforms/"])

deny contains {"where": {"file": file, "pointer": ""}, "what": what} if {
	some file, _ in documents.others
	startswith(file, transforms)
	folder := concat("", [documents.prefix, "tests/", documents.name(file), "/"])
	some wanted, names in {"expected.csv": {"expected.csv"}, "input.csv or input.jsonl": {"input.csv", "input.jsonl"}}
	count({name | some name in names; concat("", [folder, name]) in there}) == 0
	what := sprintf("%s has no %s.", [folder, wanted])
}

# a file may stand there without its content: null is a document too
there := object.keys(documents.others)
