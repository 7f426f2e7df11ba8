# METADATA
# scope: package
# title: The version of a contract never goes back
# description: Readers compare versions to learn what changed; a lower one tells them that nothing did.
# custom:
#   level: deny
#   owner: platform
#   fix: keep the version, or raise it; an older content gets a new version too
#   soc2: PI1.1
package rules.change.contract_version_lowered

import data.lib.changes
import data.lib.documents

deny contains {"where": {"file": file, "pointer": "/version"}, "what": what} if {
	some file, new in documents.all_of_kind("contracts")
	changes.added_or_changed(file)
	old := input.base.documents[file]
	semver.is_valid(old.version)
	semver.is_valid(new.version)
	semver.compare(new.version, old.version) < 0
	what := sprintf("The version goes from %s back to %s.", [old.version, new.version])
}
