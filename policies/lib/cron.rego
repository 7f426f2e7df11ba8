# METADATA
# title: How often a schedule fires
package lib.cron

# starts within one hour; undefined where the minute field cannot be read
starts_an_hour(schedule) := starts if {
	fields := regex.split(`\s+`, trim_space(schedule))
	count(fields) == 5
	minutes := {minute | some part in split(fields[0], ","); some minute in minutes_of(part)}
	count(minutes) > 0
	readable(fields[0])
	starts := count(minutes)
}

# every part of the field can be read
readable(field) if {
	parts := split(field, ",")
	count([part | some part in parts; minutes_of(part)]) == count(parts)
}

minutes_of("*") := numbers.range(0, 59)

# one minute, picked by hash
minutes_of("H") := ["H"]

minutes_of(part) := [to_number(part)] if regex.match(`^[0-5]?[0-9]$`, part)

minutes_of(part) := numbers.range_step(0, 59, to_number(step)) if {
	[_, step] := regex.find_all_string_submatch_n(`^(?:\*|H)/([1-9][0-9]?)$`, part, 1)[0]
}

minutes_of(part) := numbers.range_step(to_number(first), to_number(last), to_number(trim_left(step, "/"))) if {
	[_, first, last, step] := regex.find_all_string_submatch_n(`^([0-5]?[0-9])-([0-5]?[0-9])(/[1-9][0-9]?)$`, part, 1)[0]
}

minutes_of(part) := numbers.range(to_number(first), to_number(last)) if {
	[_, first, last] := regex.find_all_string_submatch_n(`^([0-5]?[0-9])-([0-5]?[0-9])$`, part, 1)[0]
}
