package rules.plan.lifecycle_keeps_records_test

import data.lib.samples
import data.rules.plan.lifecycle_keeps_records

type := "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"

by_tag := {"id": "expired", "status": "Enabled", "expiration": {"days": 1}, "filter": {"tag": {"key": "acme-expired", "value": "true"}}}

test_by_tag_and_half_a_year_are_allowed if {
	lifecycle_keeps_records.deny == set() with input as samples.shared(type, {"rules": [by_tag, {"status": "Enabled", "noncurrentVersionExpiration": {"noncurrentDays": 180}}]})
}

test_second_copies_go_at_once if {
	second := {"id": "incoming", "status": "Enabled", "expiration": {"days": 1}, "noncurrentVersionExpiration": {"noncurrentDays": 1}, "filter": {"tag": {"key": "acme-incoming", "value": "true"}}}
	lifecycle_keeps_records.deny == set() with input as samples.shared(type, {"rules": [second]})
}

test_what_is_off_is_allowed if {
	lifecycle_keeps_records.deny == set() with input as samples.shared(type, {"rules": [{"status": "Disabled", "expiration": {"days": 1}}]})
}

test_by_age_is_denied if {
	lifecycle_keeps_records.deny == {{
		"where": {"file": "stacks/__main__.py", "pointer": ""},
		"what": "The rule `old` of it deletes by age alone.",
	}} with input as samples.shared(type, {"rules": [{"id": "old", "status": "Enabled", "expiration": {"days": 90}, "filter": {"prefix": ""}}]})
}

test_a_month_of_versions_is_denied if {
	count(lifecycle_keeps_records.deny) == 1 with input as samples.shared(type, {"rules": [{"status": "Enabled", "noncurrentVersionExpiration": {"noncurrentDays": 30}}]})
}
