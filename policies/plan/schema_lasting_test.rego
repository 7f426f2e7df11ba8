package rules.plan.schema_lasting_test

import data.lib.samples
import data.rules.plan.schema_lasting

type := "snowflake:index/schema:Schema"

test_a_managed_schema_is_allowed if {
	schema_lasting.deny == set() with input as samples.one(type, {"withManagedAccess": "true"})
}

test_a_transient_one_is_denied if {
	schema_lasting.deny == {{
		"where": samples.where,
		"what": "it is transient.",
	}} with input as samples.one(type, {"withManagedAccess": "true", "isTransient": "true"})
}

test_no_past_and_owners_grants_are_denied if {
	count(schema_lasting.deny) == 1 with input as samples.one(type, {"withManagedAccess": "true", "dataRetentionTimeInDays": 0})
	count(schema_lasting.deny) == 1 with input as samples.one(type, {"name": "GLOBEX"})
}
