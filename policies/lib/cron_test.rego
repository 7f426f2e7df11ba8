package lib.cron_test

import data.lib.cron

test_starts_are_counted if {
	cron.starts_an_hour("* * * * *") == 60
	cron.starts_an_hour("H * * * *") == 1
	cron.starts_an_hour("H/10 * * * *") == 6
	cron.starts_an_hour("*/7 * * * *") == 9
	cron.starts_an_hour("0,30 * * * *") == 2
	cron.starts_an_hour("10-20 3 * * *") == 11
	cron.starts_an_hour("10-20/5 3 * * *") == 3
}

test_what_cannot_be_read_has_no_number if {
	not cron.starts_an_hour("@hourly")
	not cron.starts_an_hour("0,x * * * *")
	not cron.starts_an_hour("0 * * *")
}
