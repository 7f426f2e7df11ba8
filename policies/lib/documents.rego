# METADATA
# title: Reading a tenant's folder
package lib.documents

prefix := sprintf("tenants/%s/", [input.tenant])

# file → document, for the YAML of the tenant at hand
own[file] := document if {
	some file, document in input.documents
	startswith(file, prefix)
	endswith(file, ".yaml")
}

# the kind of a file: the folder below the tenant's, or `tenant`, `settings`, `pin`
kind(file) := "tenant" if regex.match(`^tenants/[^/]+/tenant\.yaml$`, file)

kind(file) := "settings" if regex.match(`^tenants/[^/]+/environments/[^/.]+\.yaml$`, file)

kind(file) := "pin" if is_pin(file)

kind(file) := folder if {
	folder := regex.find_all_string_submatch_n(`^tenants/[^/]+/([^/]+)/[^/.]+\.yaml$`, file, 1)[0][1]
	folder in {"connectors", "contracts", "mappings", "pipelines"}
}

is_pin(file) if regex.match(`^tenants/[^/]+/environments/[^/.]+\.pin\.yaml$`, file)

# the name that a path gives: tenants/globex/contracts/orders.yaml → orders
name(file) := split(split(file, "/")[count(split(file, "/")) - 1], ".")[0]

# whose folder a path is in; undefined outside tenants/
tenant_of(file) := split(file, "/")[1] if startswith(file, "tenants/")

# file → document of one kind
of_kind(wanted) := {file: document |
	some file, document in own
	kind(file) == wanted
}

# keys → a JSON pointer (RFC 6901)
pointer(keys) := concat("", [escaped |
	some key in keys
	escaped := concat("", ["/", replace(replace(sprintf("%v", [key]), "~", "~0"), "/", "~1")])
])
