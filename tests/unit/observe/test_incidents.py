"""Incidents: signals that belong together are one, and what heals closes them."""

import json
import random

import pytest
from sqlalchemy import select

from pipeline.errors import Missing, Usage
from pipeline.observe import store
from pipeline.observe.diagnosis.structured import diagnose_event
from pipeline.observe.incidents import priority, shared_of
from pipeline.observe.reports import list_incidents, why

REFUSED = {
    "error": {
        "type": "Denied",
        "message": "Permission denied for user acme on host sftp.hub.example",
        "log": ["a", "b"],
    }
}
RETYPED = {"faults": [{"kind": "schema", "cause": "type_change", "what": "freight holds text", "rows": 214}]}


@pytest.fixture
def listed(records, tell):
    """The open incidents, or all."""

    def read(*, closed=False):
        with records.connect() as connection:
            return list_incidents(connection, tell("ingest.run.started", 660).at, closed=closed)

    return read


def test_signals_of_one_run_are_one_incident(listed, keep_events, tell):
    """A held object, the held run and its failed task tell of one failure; the surest names it."""
    keep_events(
        tell("publish.run.failed", 0, data={"error": {"type": "RuntimeError", "message": "it did not work"}}),
        tell("load.attempt.held", 1, data=RETYPED),
        tell("publish.object.held", 2, object="po_1.csv", data=RETYPED),
    )
    (incident,) = listed().rows
    assert (incident["class"], incident["cause"], incident["shared"]) == (
        "schema",
        "type_change",
        "globex.purchase_orders",
    )


def test_one_cause_over_many_tenants_is_one_incident(listed, keep_events, tell):
    """A hub that refuses the key of twelve tenants is one incident of priority 1, whoever comes first."""
    keep_events(
        *(tell("ingest.run.failed", n, tenant=f"tenant_{n}", dag_run=f"r-{n}", data=REFUSED) for n in range(12))
    )
    (incident,) = listed().rows
    assert (incident["cause"], incident["shared"], incident["priority"]) == (
        "credential",
        "host sftp.hub.example",
        "P1",
    )
    assert len(incident["tenants"]) == 12
    shown = listed().text()
    assert (
        "12 tenants  production  host sftp.hub.example  since" in shown
        and "(11 min)" in shown
        and "retry: after the fix" in shown
    )
    json.dumps(listed().document())


def test_the_same_fault_of_two_tenants_data_is_two_incidents(listed, keep_events, tell):
    """What is wrong with a tenant's own data is shared with nobody."""
    keep_events(tell("load.attempt.held", data=RETYPED), tell("load.attempt.held", tenant="initech", data=RETYPED))
    assert [row["tenants"] for row in listed().rows] == [["globex"], ["initech"]]


def test_a_surer_signal_brings_it_to_its_fellows(listed, keep_events, tell):
    """What first looked like a failure of its own joins the shared incident as soon as its cause is known."""
    unclear = {"error": {"type": "RuntimeError", "message": "it did not work"}}
    keep_events(tell("ingest.run.failed", 0, data=REFUSED))
    keep_events(tell("ingest.run.failed", 1, tenant="initech", data=unclear))
    assert len(listed().rows) == 2
    keep_events(tell("ingest.run.failed", 2, tenant="initech", data=REFUSED))
    (incident,) = listed(closed=True).rows
    assert (incident["cause"], incident["tenants"]) == ("credential", ["globex", "initech"])


def test_environments_are_apart(listed, keep_events, tell):
    """Staging's trouble is not production's."""
    keep_events(tell("ingest.run.failed", data=REFUSED), tell("ingest.run.failed", environment="staging", data=REFUSED))
    assert [row["environment"] for row in listed().rows] == ["production", "staging"]


def test_a_later_success_closes_it(listed, keep_events, tell):
    """The pipeline's next published run ends the incident, another pipeline's does not."""
    keep_events(tell("load.attempt.held", 0, data=RETYPED), tell("publish.run.published", 50, pipeline="vendors"))
    assert len(listed().rows) == 1
    keep_events(tell("publish.run.published", 60, dag_run="r-0008"))
    assert listed().rows == ()
    (closed,) = listed(closed=True).rows
    assert (closed["state"], (closed["closed_at"] - closed["opened_at"]).total_seconds()) == ("closed", 60)


def test_a_source_that_is_read_again_closes_it(listed, keep_events, tell):
    """Nothing new may come for days; that the source answers a later try is the cure."""
    keep_events(tell("ingest.run.failed", 0, data=REFUSED), tell("ingest.manifest.frozen", 60, dag_run="r-0008"))
    assert listed().rows == ()
    keep_events(tell("ingest.run.failed", 100, dag_run="r-0009", data=REFUSED))
    keep_events(tell("ingest.manifest.frozen", 110, dag_run="r-0009"))
    assert listed().rows == ()


def test_a_read_source_heals_no_load(listed, keep_events, tell):
    """What the load held still waits, whatever the next run finds at the source."""
    keep_events(tell("load.attempt.held", 0, data=RETYPED), tell("ingest.manifest.frozen", 60, dag_run="r-0008"))
    assert len(listed().rows) == 1


@pytest.mark.parametrize("late", [False, True])
def test_nothing_waits_where_all_that_the_source_offers_counts(listed, keep_events, tell, late):
    """The customer took the bad data back: an empty manifest of a later run says so, whichever event comes first."""
    told = [
        tell("publish.run.held", 0, data=RETYPED),
        tell("ingest.manifest.frozen", 60, dag_run="r-0008", data={"objects": 0}),
    ]
    keep_events(*(reversed(told) if late else told))
    assert listed().rows == ()


HELD = {"faults": [{"kind": "load", "cause": "duplicate", "what": "other bytes arrived under the known name a."}]}


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("word", ["ingest.object.held", "publish.object.held"])
@pytest.mark.parametrize("settled", ["publish.object.published", "recover.object.dismissed"])
def test_a_held_object_waits_for_its_own_name(listed, keep_events, tell, word, settled, late):
    """Neither an empty manifest of a later run nor its success ends that, nor another object; late or not."""
    after = [
        tell("ingest.manifest.frozen", 60, dag_run="r-0008", data={"objects": 0, "held": 0}),
        tell("publish.run.published", 61, dag_run="r-0008"),
        tell("publish.object.published", 61, dag_run="r-0008", object="other.csv"),
    ]
    told = [tell(word, 1, object="a.csv", data=HELD), *after]
    keep_events(*(reversed(told) if late else told))
    assert [row["cause"] for row in listed().rows] == ["duplicate"]
    keep_events(tell(settled, 90, dag_run="r-0009", object="a.csv"))
    assert listed().rows == ()


def test_why_names_what_waits_and_both_ends_of_it(records, keep_events, tell):
    """A whole command for each: run again once it is mended, or let go."""
    keep_events(tell("ingest.object.held", 1, object="/a b.csv", data=HELD))
    with records.connect() as connection:
        found = why(connection, "INC-1", tell("ingest.run.started", 60).at)
    assert found.document()["names"] == ["/a b.csv"]
    dismissed = "acme recover dismiss globex purchase_orders '/a b.csv' --reason REASON -e production"
    assert f"or         {dismissed}" in found.text()
    keep_events(tell("recover.object.dismissed", 2, object="/a b.csv"))
    with records.connect() as connection:
        assert why(connection, "INC-1", tell("ingest.run.started", 60).at).names == ()


def test_what_waited_and_was_settled_meanwhile_opens_nothing(listed, keep_events, tell):
    """The word of it comes after the word of its end."""
    keep_events(tell("recover.object.dismissed", 90, dag_run="", object="a.csv"))
    keep_events(tell("ingest.object.held", 1, object="a.csv", data=HELD))
    assert listed().rows == ()


def test_a_held_pull_waits_until_a_run_holds_none(listed, keep_events, tell):
    """The next run asks the API for the same records under another name: its good end is the end of this one too."""
    first, second = (f"orders?..2026-11-25T0{hour}:00:00+00:00" for hour in (1, 2))
    keep_events(tell("ingest.object.held", 0, object=first, data=HELD))
    keep_events(tell("ingest.manifest.frozen", 1, data={"objects": 0, "held": 1}))
    again = {"dag_run": "r-0008"}
    keep_events(tell("ingest.object.held", 60, object=second, data=HELD, **again))
    keep_events(tell("ingest.manifest.frozen", 61, data={"objects": 0, "held": 1}, **again))
    assert [row["cause"] for row in listed().rows] == ["duplicate"]
    keep_events(tell("ingest.manifest.frozen", 120, data={"objects": 0, "held": 0}, dag_run="r-0009"))
    assert listed().rows == ()


def test_a_new_failure_after_the_cure_is_a_new_incident(listed, keep_events, tell):
    """A closed incident stays closed."""
    keep_events(tell("load.attempt.held", 0, data=RETYPED), tell("publish.run.published", 60, dag_run="r-0008"))
    keep_events(tell("load.attempt.held", 120, dag_run="r-0009", data=RETYPED))
    assert len(listed().rows) == 1
    assert len(listed(closed=True).rows) == 2


def test_a_signal_that_comes_after_the_cure_opens_nothing(listed, keep_events, tell):
    """Events may arrive late: what a known success has healed is closed at birth."""
    keep_events(tell("publish.run.published", 60, dag_run="r-0008"), tell("load.attempt.held", 0, data=RETYPED))
    assert listed().rows == ()


def test_only_a_deployment_heals_a_deployment(listed, keep_events, tell):
    """A failed deployment is over when one is live, not when a run publishes."""
    about = {"dag_run": "", "pipeline": ""}
    keep_events(
        tell("apply.deployment.failed", 0, **about, data={"error": {"message": "the stack is currently locked"}})
    )
    assert [row["cause"] for row in listed().rows] == ["provisioning"]
    keep_events(tell("publish.run.published", 10))
    assert len(listed().rows) == 1
    keep_events(tell("apply.deployment.live", 20, **about | {"deployment": "d-0003"}))
    assert listed().rows == ()


@pytest.mark.parametrize(
    ("environment", "tiers", "expected"),
    [
        ("production", ["priority"], "P1"),
        ("production", ["trial"] * 10, "P1"),
        ("production", ["standard"], "P2"),
        ("production", ["trial"] * 3, "P2"),
        ("production", ["trial"], "P3"),
        ("staging", ["priority", "standard"], "P3"),
        ("staging", ["priority"] * 10, "P2"),
    ],
)
def test_the_priority_follows_environment_tier_and_number(environment, tiers, expected):
    """A priority tenant or ten of any tier are urgent in production, one on trial is not; in staging nobody is woken."""
    assert priority(environment, tiers) == expected


def test_the_tier_comes_from_the_deployment(listed, keep_events, tell):
    """What the live deployment says of the tenant's tier decides the priority."""
    keep_events(tell("apply.deployment.live", 0, dag_run="", pipeline="", data={"tier": "priority"}))
    keep_events(tell("load.attempt.held", 10, data=RETYPED))
    assert listed().rows[0]["priority"] == "P1"


def test_superseded_is_no_failure(listed, keep_events, tell):
    """A run that the fence turned away because a newer deployment is live signals nothing."""
    keep_events(tell("publish.run.superseded"))
    assert listed(closed=True).rows == ()


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_arrival_does_not_change_what_is_open(records, listed, keep_events, tell, seed):
    """Signals and cures in any order leave the same pipelines in trouble."""
    story = [
        tell("load.attempt.held", 0, data=RETYPED),
        tell("publish.run.published", 5, dag_run="r-0008"),
        tell("load.attempt.held", 10, dag_run="r-0009", data=RETYPED),
        tell("ingest.run.failed", 3, pipeline="vendors", dag_run="r-0010", data=REFUSED),
    ]
    random.Random(seed).shuffle(story)
    for event in story:
        keep_events(event)
    assert sorted(row["cause"] for row in listed().rows) == ["credential", "type_change"]
    with records.connect() as connection:
        unresolved = connection.scalars(select(store.signals.c.dag_run).where(store.signals.c.resolved_at.is_(None)))
        assert sorted(unresolved) == ["r-0009", "r-0010"]


def test_why_names_cause_evidence_change_data_and_next(records, keep_events, tell):
    """One page answers what a support engineer asks first."""
    keep_events(
        tell("apply.deployment.live", 0, dag_run="", pipeline="", commit="4b1d9e2aaaa"),
        tell("ingest.run.started", 60),
        tell("ingest.object.landed", 61, object="po_1.csv"),
        tell("load.attempt.held", 62, task="load", attempt="a-1", data=RETYPED),
    )
    with records.connect() as connection:
        answer = why(connection, "INC-1", tell("ingest.run.started", 362).at)
    shown = answer.text()
    assert "INC-1  P2  schema / type_change  globex  production  globex.purchase_orders" in shown
    assert 'evidence   r-0007 task load, line 1: "freight holds text"' in shown
    assert "release 9f3c1e0b live, commit 4b1d9e2a" in shown
    assert "1 run (1 held); 1 object landed or held, not published" in shown
    assert "next       acme gate globex --probe -e production" in shown
    document = json.loads(json.dumps(answer.document()))
    assert (document["diagnosis"]["class"], document["diagnosis"]["cause"]) == ("schema", "type_change")


def test_the_next_command_is_whole(records, keep_events, tell):
    """No placeholder is left in it, and an incident of a deployment is tried again by an apply."""
    down = {"error": {"type": "Unreachable", "message": "Connection refused"}}
    keep_events(
        tell("ingest.run.failed", data=down), tell("apply.deployment.failed", dag_run="", pipeline="", data=down)
    )
    with records.connect() as connection:
        run, deployment = (why(connection, name, tell("ingest.run.started", 9).at) for name in ("INC-1", "INC-2"))
    assert run.document()["next"] == "acme recover rerun --incident INC-1 --plan"
    assert run.pipelines == (("globex", "purchase_orders"),)
    assert deployment.document()["next"] == "acme apply globex -e production"


def test_why_of_nothing_says_so(records, tell):
    """A wrong word is the user's mistake; an unknown number is missing."""
    now = tell("ingest.run.started").at
    with records.connect() as connection:
        with pytest.raises(Usage):
            why(connection, "r-0007", now)
        with pytest.raises(Missing):
            why(connection, "INC-99", now)


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        ({"error": {"type": "Throttled", "message": "503 Service Unavailable"}}, "throttling"),
        ({"error": {"type": "Unreachable", "message": "answered 503 Service Unavailable"}}, "service"),
        ({"error": {"type": "Unreachable", "message": "nothing"}}, "network"),
        ({"error": {"type": "pipeline.errors.Denied", "message": "Authentication failed."}}, "credential"),
        ({"error": {"type": "Denied", "message": "no"}}, "permission"),
        ({"error": "ModuleNotFoundError: No module named 'x'"}, "missing_dependency"),
        ({"findings": [{"code": "load.missing_column", "what": "freight is gone"}]}, "missing_column"),
        ({"faults": [{"cause": "bad_record", "rows": 1}, {"cause": "quality", "rows": 9}]}, "quality"),
        ({"error": "cannot log in: Authentication failed.", "kind": "Denied"}, "credential"),
        (
            {"objects": [{"source_key": "a", "faults": [{"cause": "type_change", "what": "x", "rows": 3}]}]},
            "type_change",
        ),
        ({}, "bad_record"),
        ({"error": {"log": "no list"}, "faults": "none"}, "bad_record"),
    ],
)
def test_what_a_stage_says_goes_before_its_log(tell, data, cause):
    """Named faults, then the type of the error, then the text, then the stage."""
    assert diagnose_event(tell("load.attempt.failed", data=data)).cause == cause


def test_the_host_is_what_tenants_share(tell):
    """It is named by the stage, or read from the message; a file or a module is no host."""
    event = tell(
        "ingest.run.failed",
        data={
            "error": {
                "type": "asyncssh.misc.PermissionDenied",
                "message": "Permission denied for user a on host h.example (src/x.py)",
            }
        },
    )
    assert shared_of(event, diagnose_event(event)) == "host h.example"
    address = tell("ingest.run.failed", data={"error": {"message": "https://erp-test.h.example/v2/token answered 401"}})
    assert shared_of(address, diagnose_event(address)) == "host erp-test.h.example"
    code = tell("load.run.failed", data={"error": {"message": "Connection refused", "log": ["a = environment.region"]}})
    assert shared_of(code, diagnose_event(code)) == "globex.purchase_orders"
    named = tell("ingest.run.failed", data={"host": "hub:22", **event.data})
    assert shared_of(named, diagnose_event(named)) == "host hub:22"
