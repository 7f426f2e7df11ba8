package rules.tenant.document_shape_test

import data.rules.tenant.document_shape

over(file, document) := {"tenant": "globex", "documents": {file: document}}

settings := "tenants/globex/environments/staging.yaml"

test_a_whole_document_is_allowed if {
	document_shape.deny == set() with input as over(settings, {"cell": "eu1", "status": "active", "connectors": {"a": {"endpoint": {"host": "h", "port": 22}}}})
}

test_a_list_where_keys_belong_is_denied if {
	document_shape.deny == {{
		"where": {"file": settings, "pointer": "/connectors"},
		"what": "`connectors` has another shape than is read here: an object belongs there.",
	}} with input as over(settings, {"cell": "eu1", "status": "active", "connectors": []})
}

test_a_document_that_is_no_mapping_is_denied if {
	document_shape.deny == {{
		"where": {"file": settings, "pointer": ""},
		"what": "The document has another shape than is read here: an object belongs there.",
	}} with input as over(settings, [])
}

test_what_is_wrong_deep_inside_is_named if {
	file := "tenants/globex/contracts/orders.yaml"
	properties := [{"name": "id"}, {"name": 7}, "note"]
	places := {one.where.pointer | some one in document_shape.deny} with input as over(file, {"version": "1.0.0", "schema": [{"properties": properties}], "slaProperties": {}})
	places == {"/schema/0/properties/1", "/schema/0/properties/2", "/slaProperties"}
}

test_each_kind_has_its_least_shape if {
	every file, document in {
		"tenant.yaml": {"owners": []},
		"environments/production.pin.yaml": {"release": "ab", "commit": sprintf("%040d", [0])},
		"environments/production.yaml": {"cell": "eu1", "status": "asleep"},
		"environments/staging.yaml": {"cell": "eu1", "status": "active", "connectors": {"a": {"endpoint": {"host": []}}}},
		"connectors/a.yaml": {"kind": null},
		"contracts/a.yaml": {"version": "1.0.0", "schema": []},
		"connectors/b.yaml": {},
		"mappings/a.yaml": {"fields": {"Id": "id"}},
		"pipelines/a.yaml": {"schedule": ["H * * * *"]},
	} {
		count(document_shape.deny) == 1 with input as over(concat("", ["tenants/globex/", file]), document)
	}
}
