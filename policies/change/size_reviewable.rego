# METADATA
# scope: package
# title: A change is small enough to be read
# description: Nobody finds the one wrong line in three hundred files; what is approved unread is not approved.
# custom:
#   level: warn
#   owner: platform
#   fix: "split it: one pull request for each pipeline, or for each step of a migration"
#   soc2: CC8.1
package rules.change.size_reviewable

most := 200

deny contains {"where": {"file": file, "pointer": ""}, "what": what} if {
	not object.get(input.head, "pushed", false) # there many changes come at once
	files := count(input.changed)
	files > most
	file := min({path | some path in input.changed})
	what := sprintf("%d files change; a person reads %d at most.", [files, most])
}
