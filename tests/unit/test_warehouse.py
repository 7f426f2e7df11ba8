"""Sessions with the warehouse: identity, errors, transactions."""

import base64
import json
from dataclasses import replace

import pytest
from botocore.credentials import Credentials
from snowflake.connector import errors as theirs

from pipeline import warehouse
from pipeline.errors import Busy, Denied, Final, Missing, Unreachable
from pipeline.warehouse import Rollback, literal, number, translated
from tests.warehouse import World


def test_the_attestation_is_a_signed_request_of_the_given_identity():
    """GetCallerIdentity, signed with the credentials given, whatever the process itself is; no secret key in it."""
    identity = Credentials("AKIAEXAMPLE", "verysecret", "thetoken")
    told = json.loads(base64.b64decode(warehouse.attestation(identity, "eu-west-1")))
    assert told["method"] == "POST"
    assert told["url"] == "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"
    assert "Credential=AKIAEXAMPLE/" in told["headers"]["Authorization"]
    assert "x-snowflake-audience" in told["headers"]["Authorization"].lower()
    assert told["headers"]["X-Amz-Security-Token"] == "thetoken"
    assert "verysecret" not in json.dumps(told)


def test_an_identity_is_shown_to_snowflake_only():
    """Outside of the sandbox another host gets no attestation."""
    cloud = replace(World(443, "", ("", ""), ("", ""), "").environment, sandbox=False)
    with pytest.raises(Denied, match="no host of Snowflake"):
        warehouse.connect(cloud, Credentials("A", "B"), user="U", role="R", warehouse="W")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (theirs.ProgrammingError(msg="lock", errno=625, sqlstate="57014", sfqid="q1"), Busy),
        (theirs.ProgrammingError(msg="no table", errno=2003, sqlstate="02000"), Missing),
        (theirs.ProgrammingError(msg="no right", errno=3001, sqlstate="42501"), Denied),
        (theirs.DatabaseError(msg="role not granted", errno=390189, sqlstate="08001"), Denied),
        (theirs.ProgrammingError(msg="session gone", errno=390111), Unreachable),
        (theirs.OperationalError(msg="connection reset", errno=250003), Unreachable),
        (theirs.ProgrammingError(msg="bad number", errno=100038, sqlstate="22018"), Final),
    ],
)
def test_an_error_says_whether_trying_again_may_help(error, kind):
    """By Snowflake's number; the number, SQL state and query id are told."""
    ours = translated(error)
    assert type(ours) is kind
    assert f"error {error.errno:06d}" in ours.why
    ours.__cause__ = error
    assert number(ours) == error.errno


def test_a_refused_statement_is_one_of_our_errors(store):
    """Not the connector's."""
    with pytest.raises((Final, Missing)) as raised:
        store().rows("SELECT nothing FROM nowhere")
    assert number(raised.value)


def test_a_transaction_is_whole_or_nothing(store):
    """COMMIT at its end; an error and `Rollback` leave no trace; afterwards the session commits by itself again."""
    one = store()
    other, table = one.connect(), one.tables.mutex
    with one.session.transaction():
        one.session.execute(f"UPDATE {table} SET n = 1")
    with one.session.transaction():
        one.session.execute(f"UPDATE {table} SET n = 2")
        raise Rollback
    with pytest.raises(ZeroDivisionError), one.session.transaction():
        one.session.execute(f"UPDATE {table} SET n = 3")
        raise ZeroDivisionError
    assert other.rows(f"SELECT n FROM {table}") == [(1,)]
    one.session.execute(f"UPDATE {table} SET n = 4")
    assert other.rows(f"SELECT n FROM {table}") == [(4,)]
    other.close()


def test_execute_counts_the_rows_it_touched(store):
    """UPDATE, INSERT; nothing for what touches none."""
    one = store()
    assert one.session.execute(f"UPDATE {one.tables.mutex} SET n = n WHERE k = 1") == 1
    assert one.session.execute(f"UPDATE {one.tables.mutex} SET n = n WHERE k = 2") == 0
    assert one.session.execute(f"INSERT INTO {one.tables.mutex} SELECT 7, 7 UNION ALL SELECT 8, 8") == 2


@pytest.mark.parametrize("text", ["plain", "it's", "back\\slash", "100 %s", "naïve\nline", "'; DROP TABLE x; --"])
def test_a_literal_comes_back_as_it_went(store, text):
    """Quotes, backslashes, marks of parameters."""
    one = store()
    assert one.rows(f"SELECT {literal(text)}") == [(text,)]
    assert one.rows("SELECT %s", (text,)) == [(text,)]
