# METADATA
# title: The least shape that the other rules rely on
# description: Whole schemas are the business of validate; what is not listed here no rule reads.
package lib.shapes

text := {"type": "string"}

texts := {"type": "array", "items": text}

mapping_of(schema) := {"type": "object", "additionalProperties": schema}

schemas := {
	"tenant": {
		"type": "object",
		"required": ["owners"],
		"properties": {"owners": object.union(texts, {"minItems": 1}), "tier": text},
	},
	"settings": {
		"type": "object",
		"required": ["cell", "status"],
		"properties": {
			"cell": text,
			"status": {"enum": ["active", "paused", "retiring"]},
			"connectors": mapping_of({
				"type": "object",
				"properties": {"endpoint": mapping_of({"type": ["string", "number"]}), "secret": text, "host_keys": texts},
			}),
		},
	},
	"pin": {
		"type": "object",
		"required": ["release", "commit"],
		"properties": {
			"release": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
			"commit": {"type": "string", "pattern": "^[0-9a-f]{40}$"},
			"promoted_by": text,
		},
	},
	"connectors": {"type": "object", "required": ["kind"], "properties": {"kind": text}},
	"contracts": {"type": "object", "required": ["version", "schema"], "properties": {
		"version": text,
		"schema": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["properties"], "properties": {"properties": {
			"type": "array",
			"items": {"type": "object", "required": ["name"], "properties": {"name": text, "physicalType": text, "classification": text}},
		}}}},
		"slaProperties": {"type": "array", "items": {"type": "object"}},
	}},
	"mappings": {"type": "object", "required": ["fields"], "properties": {"fields": mapping_of({"type": "object"})}},
	"pipelines": {"type": "object", "required": ["schedule"], "properties": {"schedule": text, "connector": text}},
}
