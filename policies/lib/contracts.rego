# METADATA
# title: What separates two contracts, seen by those who read the table
package lib.contracts

columns(contract) := {column.name: column | some column in contract.schema[0].properties}

major(contract) := to_number(split(contract.version, ".")[0])

# sentences, one for each break
breaks(old, new) := of_columns(old, new) | of_rules(old, new)

of_columns(old, new) := (({sprintf("column `%s` is gone", [name]) |
	some name, _ in columns(old)
	not columns(new)[name]
} | {sprintf("column `%s` turns from %s into %s", [name, type_of(before), type_of(after)]) |
	some name, before in columns(old)
	after := columns(new)[name]
	not holds(type_of(after), type_of(before))
}) | {sprintf("column `%s` may now be empty", [name]) |
	some name, before in columns(old)
	before.required == true
	after := columns(new)[name]
	not object.get(after, "required", false)
}) | {sprintf("column `%s` %s the key", [name, verb]) |
	some name, before in columns(old)
	after := columns(new)[name]
	was := object.get(before, "primaryKey", false)
	object.get(after, "primaryKey", false) != was
	verb := {true: "leaves", false: "joins"}[was]
}

# a promise about the rows that is not made any more; another bound, or another list of values, is no break
of_rules(old, new) := {sprintf("%s is promised no more", [rule]) |
	some rule in (promises(old) - promises(new))
	not of_gone(rule, old, new)
}

# what goes with its column is told once
of_gone(rule, old, new) if {
	some name, _ in columns(old)
	not columns(new)[name]
	startswith(rule, sprintf("`%s`: ", [name]))
}

promises(contract) := {sprintf("`%s`: %s", [name, kind_of(rule)]) |
	some name, column in columns(contract)
	some rule in column.quality
} | {sprintf("the table: %s", [kind_of(rule)]) | some rule in contract.schema[0].quality}

kind_of(rule) := object.get(rule, "metric", object.get(rule, "description", object.get(rule, "query", "a rule")))

type_of(column) := object.get(column, "physicalType", "no type")

# every value of the older type fits into the newer one
holds(new, old) if upper(replace(new, " ", "")) == upper(replace(old, " ", ""))

holds(new, old) if {
	[_, kind, size] := parts(old)
	[_, same, wider] := parts(new)
	same == kind
	kind in {"VARCHAR", "BINARY", "TIMESTAMP_NTZ", "TIMESTAMP_TZ", "TIMESTAMP_LTZ", "TIME"}
	to_number(wider) >= to_number(size)
}

holds(new, old) if {
	[precision, scale] := number(old)
	[wider, finer] := number(new)
	finer >= scale
	wider - finer >= precision - scale
}

parts(type) := regex.find_all_string_submatch_n(`^([A-Z_]+)\(([0-9]+)\)$`, upper(replace(type, " ", "")), 1)[0]

number(type) := [to_number(precision), to_number(scale)] if {
	[_, precision, scale] := regex.find_all_string_submatch_n(`^NUMBER\(([0-9]+),([0-9]+)\)$`, upper(replace(type, " ", "")), 1)[0]
}
