package rules.fleet.sources_apart_test

import data.rules.fleet.sources_apart

staging(tenant) := sprintf("tenants/%s/environments/staging.yaml", [tenant])

connector(tenant) := sprintf("tenants/%s/connectors/drop.yaml", [tenant])

settings(user) := {"connectors": {"drop": {"endpoint": {"host": "hub.example"}, "user": user}}}

over(user, directory) := {"changed": [staging("globex")], "documents": {
	staging("globex"): settings(user),
	connector("globex"): {"directory": directory},
	staging("initech"): settings("acme"),
	connector("initech"): {"directory": "/initech"},
}}

test_one_hub_with_two_directories_or_users_is_allowed if {
	sources_apart.deny == set() with input as over("acme", "/globex")
	sources_apart.deny == set() with input as over("acme_two", "/initech")
}

test_a_neighbours_directory_is_denied if {
	sources_apart.deny == {{
		"where": {"file": staging("globex"), "pointer": "/connectors/drop/endpoint"},
		"what": "`drop` reads /initech of hub.example as `acme`; so does initech.",
	}} with input as over("acme", "/initech/")
}
