# METADATA
# scope: package
# title: A tenant's stack writes the tenant's own DAG file only
# description: A DAG file is code that Airflow runs; under another name it would run as a neighbour, or replace the platform's own.
# custom:
#   level: deny
#   owner: security
#   fix: write `<cell>/dags/<tenant>.py` into the environment's bucket for DAGs, by naming.dag_file
#   soc2: CC6.3
package rules.plan.dag_file_own

import data.lib.plans

deny contains {"where": plans.where, "what": what} if {
	plans.tenant
	some step in plans.changing
	step.type == "aws:s3/bucketObjectv2:BucketObjectv2"
	not own(step)
	what := sprintf("%s writes `%v` into %v.", [step.name, object.get(step.inputs, "key", ""), object.get(step.inputs, "bucket", "no bucket")])
}

own(step) if {
	regex.match(sprintf(`^[a-z][a-z0-9_]*/dags/%s\.py$`, [plans.tenant]), step.inputs.key)
	regex.match(sprintf(`^acme-%s-[a-z0-9-]+-dags$`, [plans.environment(step)]), step.inputs.bucket)
}
