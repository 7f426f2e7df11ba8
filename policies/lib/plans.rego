# METADATA
# title: Reading a plan
# description: >
#   plan = {steps: [{op, urn, type, name, inputs, changed}]}: op is create, update, delete, replace, import or same, type a Pulumi
#   token, inputs what the resource will be (secret values hashed).
package lib.plans

default steps := []

steps := input.plan.steps

# the tenant whose stack it is; undefined for the platform's own stacks
tenant := input.tenant if is_string(input.tenant)

# steps after which the resource is there with these inputs
standing contains step if {
	some step in steps
	step.op in {"create", "update", "replace", "import", "same"}
}

changing contains step if {
	some step in standing
	step.op != "same"
}

destroying contains step if {
	some step in steps
	step.op in {"delete", "replace"}
}

# a plan has no file of its own: it is shown at the tenant's front door, or at the program's
where := {"file": sprintf("tenants/%s/tenant.yaml", [tenant]), "pointer": ""}

where := {"file": "stacks/__main__.py", "pointer": ""} if not tenant

# the environment that a step's stack is for: urn:pulumi:<tenant>.<environment>::acme::…
environment(step) := regex.find_all_string_submatch_n(`^urn:pulumi:[^:.]+\.(staging|production)::`, step.urn, 1)[0][1]

# statements of the IAM policy documents of a step: inline text or an object
statements contains {"step": step, "statement": statement} if {
	some step in changing
	some key in {"policy", "inlinePolicy", "assumeRolePolicy"}
	some statement in as_list(parsed(step.inputs[key]).Statement)
}

statements contains {"step": step, "statement": statement} if {
	some step in changing
	some inline in step.inputs.inlinePolicies
	some statement in as_list(parsed(inline.policy).Statement)
}

parsed(policy) := policy if is_object(policy)

parsed(policy) := json.unmarshal(policy) if is_string(policy)

as_list(value) := value if is_array(value)

as_list(value) := [value] if not is_array(value)
