# METADATA
# title: What a change is made of
# description: >
#   head.commits: [{commit, at, changed}], oldest first; what is not committed yet is one more, with commit null.
#   head.pushed says that the commits stand on main, where each of them is judged alone.
package lib.changes

import data.lib.documents

whole := {"commit": input.head.commit, "at": input.head.at, "changed": input.changed}

units := [whole] if not object.get(input.head, "pushed", false)

units := input.head.commits if input.head.pushed

# the rooms that paths belong to: tenants by name, all else is the platform
rooms(paths) := {room | some path in paths; room := room_of(path)}

# the CODEOWNERS row of a tenant comes and goes with the tenant: alone it is the platform's
room_of(path) := documents.tenant_of(path)

room_of(path) := "the platform" if {
	not documents.tenant_of(path)
	path != "CODEOWNERS"
}

pins(unit) := {path | some path in unit.changed; documents.is_pin(path)}

# nothing but pins: the form in which a rollback, and a promotion, comes
only_pins(unit) if count(pins(unit)) == count(unit.changed)

# a pin that returns to a digest which was live for this tenant within 180 days
returns(file) if {
	release := input.documents[file].release
	release != object.get(input.base.documents, [file, "release"], "")
	release in object.get(input.base, ["live_releases", file], [])
}

quick_lane(unit) if {
	count(unit.changed) > 0
	only_pins(unit)
	every file in pins(unit) {
		returns(file)
	}
}

added_or_changed(file) if {
	file in input.changed
	input.documents[file]
}

# worked out once: a fleet has tens of thousands of files, and each is asked about
there := object.keys(input.documents)

there_before := object.keys(input.base.documents)

removed(file) if {
	input.base.documents[file]
	not file in there
}
