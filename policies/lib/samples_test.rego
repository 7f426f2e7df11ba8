# METADATA
# title: What the tests of rules about plans ask about
package lib.samples

step(type, inputs) := {
	"op": "create",
	"urn": sprintf("urn:pulumi:globex.staging::acme::%s::it", [type]),
	"type": type,
	"name": "it",
	"inputs": inputs,
}

plan(steps) := {"tenant": "globex", "plan": {"steps": steps}}

# a plan of one step in globex' stack
one(type, inputs) := plan([step(type, inputs)])

# the same in the platform's own stack
shared(type, inputs) := {"tenant": null, "plan": {"steps": [object.union(step(type, inputs), {"urn": "urn:pulumi:platform.staging::acme::it"})]}}

where := {"file": "tenants/globex/tenant.yaml", "pointer": ""}
