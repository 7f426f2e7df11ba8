"""Logins: by workload identity, proved at STS; and by nothing else, but for the administrator."""

from __future__ import annotations

import pytest
from botocore.credentials import Credentials
from snowflake.connector.errors import DatabaseError


def number(call, *arguments, **given) -> int | None:
    try:
        call(*arguments, **given)
    except DatabaseError as error:
        return error.errno
    return None


def test_a_service_user_logs_in_as_its_aws_role(person, log_in):
    """The attestation is sent to STS as it stands; the ARN names the user."""
    one = person("GOOD")
    assert log_in(one).run("SELECT CURRENT_USER(), CURRENT_ROLE()") == [(one.name, one.name)]


def test_another_aws_role_is_not_this_user(person, log_in):
    """A valid attestation of somebody else."""
    one, other = person("GOOD"), person("OTHER")
    assert number(log_in, one, credentials=other.credentials) == 390144


def test_a_tampered_signature_is_refused(person, log_in):
    """STS finds the signature wrong."""
    one = person("GOOD")
    keys = one.credentials
    forged = Credentials(keys.access_key, f"{keys.secret_key[:-4]}AAAA", keys.token)
    assert number(log_in, one, credentials=forged) == 390144


def test_a_role_that_is_not_granted_is_refused(person, log_in):
    """The connect string's role must be the user's."""
    one = person("GOOD")
    assert number(log_in, one, role="ACCOUNTADMIN") == 390189


@pytest.mark.parametrize("given", [{"password": "wrong"}, {"user": "SOMEBODY"}])
def test_no_password_opens_but_the_administrator_s(server, given):
    """One password exists, and it is not guessed."""
    assert number(server.connect, **given) == 390100
