package rules.plan.dag_file_own_test

import data.lib.samples
import data.rules.plan.dag_file_own

type := "aws:s3/bucketObjectv2:BucketObjectv2"

test_the_own_file_is_allowed if {
	dag_file_own.deny == set() with input as samples.one(type, {"bucket": "acme-staging-eu-west-1-dags", "key": "eu1/dags/globex.py"})
}

test_a_neighbours_file_is_denied if {
	dag_file_own.deny == {{
		"where": samples.where,
		"what": "it writes `eu1/dags/initech.py` into acme-staging-eu-west-1-dags.",
	}} with input as samples.one(type, {"bucket": "acme-staging-eu-west-1-dags", "key": "eu1/dags/initech.py"})
}

test_another_environments_bucket_is_denied if {
	count(dag_file_own.deny) == 1 with input as samples.one(type, {"bucket": "acme-production-eu-west-1-dags", "key": "eu1/dags/globex.py"})
}
