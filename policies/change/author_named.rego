# METADATA
# scope: package
# title: Every commit names a person or a service that can be asked
# description: An auditor asks who changed production and who let them; `root@localhost` cannot be asked.
# custom:
#   level: deny
#   owner: security
#   fix: "set `git config user.email` to your own address and make the commit again: `git commit --amend --reset-author`"
#   soc2: CC8.1
package rules.change.author_named

named := `^[^@\s]+@[^@\s]+\.[^@\s.]+$`

nobody := `(?i)@([^@]+\.)?(localhost|localdomain|local|lan|internal|none|\(none\))$`

deny contains {"where": {"file": file, "pointer": ""}, "what": what} if {
	some commit in input.head.commits
	not addressed(commit.author)
	file := min(commit.changed)
	what := sprintf("Commit %s is by `%s`.", [substring(commit.commit, 0, 8), commit.author])
}

addressed(author) if {
	regex.match(named, author)
	not regex.match(nobody, author)
}
