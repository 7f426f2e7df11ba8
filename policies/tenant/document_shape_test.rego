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
		"what": "`connectors` has another shape than is read here: Invalid type. Expected: object, given: array.",
	}} with input as over(settings, {"cell": "eu1", "status": "active", "connectors": []})
}

test_a_document_that_is_no_mapping_is_denied if {
	document_shape.deny == {{
		"where": {"file": settings, "pointer": ""},
		"what": "The document has another shape than is read here: Invalid type. Expected: object, given: array.",
	}} with input as over(settings, [])
}
