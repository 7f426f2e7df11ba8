# METADATA
# title: Reading a tenant's folder
# description: What every rule asks for is worked out once for a tenant, for a fleet has a hundred thousand files.
package lib.documents

prefix := sprintf("tenants/%s/", [input.tenant])

# file → document, for the YAML of the tenant at hand
own[file] := document if {
	some file, document in input.documents
	startswith(file, prefix)
	endswith(file, ".yaml")
}

# file → content, for whatever else is the tenant's: SQL, test records
others[file] := text if {
	some file, text in input.documents
	startswith(file, prefix)
	not endswith(file, ".yaml")
}

by_kind[kind(file)][file] := document if some file, document in own

# file → document of one kind, for the tenant at hand
of_kind(wanted) := object.get(by_kind, wanted, {})

# the same for every tenant whose files are there; a comprehension, for a partial rule of a fleet's size grows with its square
all_of_kind(wanted) := {file: document |
	some file, document in input.documents
	kind(file) == wanted
}

folders := {"connectors", "contracts", "mappings", "pipelines"}

# the kind of a file: the folder below the tenant's, or `tenant`, `settings`, `pin`
kind(file) := kind_of(split(file, "/"))

kind_of(["tenants", _, "tenant.yaml"]) := "tenant"

kind_of(["tenants", _, "environments", name]) := environment_kind(split(name, "."))

kind_of(["tenants", _, folder, name]) := folder if {
	folder in folders
	[_, "yaml"] = split(name, ".")
}

environment_kind([_, "yaml"]) := "settings"

environment_kind([_, "pin", "yaml"]) := "pin"

is_pin(file) if kind(file) == "pin"

# the name that a path gives: tenants/globex/contracts/orders.yaml → orders
name(file) := split(split(file, "/")[count(split(file, "/")) - 1], ".")[0]

# whose folder a path is in; undefined outside tenants/
tenant_of(file) := split(file, "/")[1] if startswith(file, "tenants/")

# keys → a JSON pointer (RFC 6901)
pointer(keys) := concat("", [escaped |
	some key in keys
	escaped := concat("", ["/", replace(replace(sprintf("%v", [key]), "~", "~0"), "/", "~1")])
])
