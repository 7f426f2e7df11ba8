package rules.plan.accounts_agree_test

import data.lib.samples
import data.rules.plan.accounts_agree

role(account) := {"policy": sprintf(`{"Resource": "arn:aws:logs:eu-west-1:%s:log-group:/acme/staging/globex:*"}`, [account])}

user := samples.step("snowflake:index/serviceUser:ServiceUser", {"defaultWorkloadIdentity": {"aws": {"arn": "arn:aws:iam::111111111111:role/acme-staging-globex"}}})

test_one_account_is_allowed if {
	accounts_agree.deny == set() with input as samples.plan([user, samples.step("aws:iam/rolePolicy:RolePolicy", role("111111111111"))])
}

test_a_second_account_is_denied if {
	accounts_agree.deny == {{
		"where": samples.where,
		"what": "The plan names 2 AWS accounts: 111111111111, 222222222222.",
	}} with input as samples.plan([user, samples.step("aws:iam/rolePolicy:RolePolicy", role("222222222222"))])
}
