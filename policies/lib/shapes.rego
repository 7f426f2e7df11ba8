# METADATA
# title: The least shape that the other rules rely on
# description: >
#   Whole schemas are the business of validate; what is not listed here no rule reads. A fault is [keys to it, what belongs there].
package lib.shapes

# what a document of each kind must say, and what it may say, each with its type
must := {
	"tenant": {"owners": "array"},
	"settings": {"cell": "string", "status": "string"},
	"pin": {"release": "string", "commit": "string"},
	"connectors": {"kind": "string"},
	"contracts": {"version": "string", "schema": "array"},
	"mappings": {"fields": "object"},
	"pipelines": {"schedule": "string"},
}

may := {
	"tenant": {"tier": "string"},
	"settings": {"connectors": "object"},
	"pin": {"promoted_by": "string"},
	"contracts": {"slaProperties": "array"},
	"pipelines": {"connector": "string"},
}

article := {"array": "a list", "string": "text", "object": "an object"}

faults(_, document) := {[[], "an object"]} if not is_object(document)

faults(kind, document) := ({[[key], article[type]] |
	some key, type in must[kind]
	type_name(object.get(document, key, null)) != type
} | {[[key], article[type]] |
	some key, type in may[kind]
	not type_name(object.get(document, key, set())) in {type, "set"} # a set: there is no such key
}) | {fault | some fault in inner(kind, document)} if is_object(document)

inner("tenant", d) := {[["owners"], "at least one entry"] | d.owners == []} | {[["owners", i], "text"] |
	some i, owner in d.owners
	not is_string(owner)
}

inner("settings", d) := {[["status"], "active, paused or retiring"] | not d.status in {"active", "paused", "retiring"}} | {[["connectors", name], what] |
	what := "an object whose endpoint is an object of text and numbers, its secret text, its host_keys a list of text"
	some name, connector in d.connectors
	not is_connector(connector)
}

inner("pin", d) := {[[key], sprintf("%d hex digits", [digits])] |
	some key, digits in {"release": 64, "commit": 40}
	not regex.match(sprintf(`^[0-9a-f]{%d}$`, [digits]), d[key])
}

inner("contracts", d) := (({[["schema"], "at least one entry"] | d.schema == []} | {[["schema", t], "an object with a list of properties"] |
	some t, table in d.schema
	not is_array(table.properties)
}) | {[["schema", t, "properties", c], "an object whose name, physicalType and classification are text"] |
	some t, table in d.schema
	some c, column in table.properties
	not is_column(column)
}) | {[["slaProperties", i], "an object"] | some i, promise in d.slaProperties; not is_object(promise)}

inner("mappings", d) := {[["fields", name], "an object"] | some name, field in d.fields; not is_object(field)}

is_column(column) if {
	is_string(column.name)
	is_string(object.get(column, "physicalType", ""))
	is_string(object.get(column, "classification", ""))
}

is_connector(connector) if {
	is_string(object.get(connector, "secret", ""))
	keys := object.get(connector, "host_keys", [])
	is_array(keys)
	every key in keys { is_string(key) }
	endpoint := object.get(connector, "endpoint", {})
	is_object(endpoint)
	every value in endpoint { type_name(value) in {"string", "number"} }
}
