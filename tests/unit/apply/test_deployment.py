"""A deployment: its order, what makes it unnecessary, and what it does about a killed or a failed one before it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from pipeline.apply import artifacts, infrastructure, lease, records
from pipeline.apply.deployment import Request, World, changed_pipelines, deploy
from pipeline.errors import Busy, Conflict, Unreachable
from pipeline.plan.desired import desired
from pipeline.plan.runtime import Runtime
from pipeline.publish import epoch, schema
from pipeline.settings import Environment, Snowflake
from pipeline.spec.tenant import read_tenant

ROOT = Path(__file__).parents[3]
STAGING = Environment("staging", "eu-west-1", "111111111111", Snowflake("acme-staging"))
GLOBEX = ("globex", "staging")
ASKED = Request("commit", "a@b.example", "commit")
ALL = ["purchase_order_lines", "purchase_orders", "vendors"]
NAMES = ("artifacts", "infrastructure", "tables", "epochs")


class Untouchable:
    """Whatever an apply with nothing to do must leave alone."""

    def __getattr__(self, name):
        raise AssertionError(f"{name} was touched")

    def __call__(self, *_):
        raise AssertionError("it was called")


class Said:
    """Keeps the events' names."""

    def __init__(self):
        self.names = []

    def send(self, event):
        self.names.append(event.name)


@dataclass
class Steps:
    """What was done, as (name, pipelines), what fails, and whether the stack was known to be of the same program."""

    done: list = field(default_factory=list)
    broken: set = field(default_factory=set)
    same: list = field(default_factory=list)


@pytest.fixture
def wanted():
    """Globex in staging as the repository says."""
    tenant, findings = read_tenant(ROOT, "globex")
    assert not findings
    return desired(tenant, STAGING, Runtime("1" * 64, b"zip"), "2" * 64, Untouchable())


@pytest.fixture
def world(engine):
    """Real records; AWS, engine and warehouse only where a step of `steps` stands before them."""
    aws = {"s3": None}.__getitem__
    return World(aws, engine, Untouchable(), lambda _desired: None, contextlib.nullcontext, Said())


@pytest.fixture
def steps(monkeypatch):
    """The steps of a deployment, each replaced by one that notes its turn, and fails where it is told."""
    told = Steps()

    def note(name, pipelines, answer):
        told.done.append((name, sorted(pipelines)))
        if name in told.broken:
            raise Unreachable(f"{name} does not answer.")
        return answer

    def raised(_session, _place, _tenant, pipelines, **_):
        return note("epochs", pipelines, dict.fromkeys(pipelines, 1))

    def made(_world, _name, _program, _heartbeat, ready, *, same):
        ready(())
        told.same.append(same)
        return note("infrastructure", [], ())

    monkeypatch.setattr(artifacts, "write", lambda *_: note("artifacts", [], None))
    monkeypatch.setattr(infrastructure, "make", made)
    monkeypatch.setattr(schema, "build", lambda *a: note("tables", [p.name for p in a[3]], None))
    monkeypatch.setattr(epoch, "raise_epochs", raised)
    return told


def test_its_steps_come_in_the_order_that_makes_a_kill_harmless(world, wanted, steps):
    """Artifacts, infrastructure, tables, and the epochs last: with their commit it is live."""
    deployed = deploy(wanted, world, ASKED)
    assert [name for name, _ in steps.done] == [*NAMES]
    assert (deployed.outcome, sorted(deployed.epochs)) == ("live", ALL)
    assert records.last_live(world.records, *GLOBEX).id == deployed.record.id
    assert world.sink.names == ["apply.deployment.started", "apply.deployment.live"]


def test_with_nothing_to_do_nothing_is_touched(world, wanted, steps):
    """No engine, no AWS, no warehouse, no event, no program: only the records are asked."""
    first = deploy(wanted, world, ASKED)
    still = replace(world, aws=Untouchable(), program=Untouchable(), warehouse=Untouchable(), sink=Untouchable())
    again = deploy(wanted, still, ASKED)
    assert (again.outcome, again.record.id) == ("unchanged", first.record.id)
    assert len(steps.done) == len(NAMES)


@pytest.mark.usefixtures("steps")
@pytest.mark.parametrize("part", ["release", "settings", "runtime", "program"])
def test_any_other_digest_is_something_to_do(world, wanted, part):
    """It is skipped only when release, settings, runtime and program are all the same."""
    deploy(wanted, world, ASKED)
    changes = {
        "release": lambda: replace(wanted, release=replace(wanted.release, pipelines=wanted.release.pipelines[1:])),
        "settings": lambda: replace(wanted, settings={**wanted.settings, "title": "Globex"}),
        "runtime": lambda: replace(wanted, runtime=Runtime("3" * 64, b"other")),
        "program": lambda: replace(wanted, program="4" * 64),
    }
    assert deploy(changes[part](), world, ASKED).outcome == "live"


def test_a_stack_is_of_the_same_program_only_where_no_other_was_tried(world, wanted, steps):
    """What another one wrote into its state, be it that it failed later, is no step of a preview."""
    deploy(wanted, world, ASKED)
    other = replace(wanted, release=replace(wanted.release, pipelines=wanted.release.pipelines[1:]))
    deploy(other, world, ASKED)
    steps.broken = {"tables"}
    with pytest.raises(Unreachable):
        deploy(replace(other, program="4" * 64), world, ASKED)
    steps.broken = set()
    deploy(wanted, world, ASKED)
    assert steps.same == [False, True, False, False]
    deploy(other, world, ASKED)
    assert steps.same[-1] is True


def test_epochs_rise_only_where_a_pipeline_is_bound_to_something_else(world, wanted, steps):
    """Another program is another deployment, but no run notices: nobody is superseded."""
    deploy(wanted, world, ASKED)
    deploy(replace(wanted, program="4" * 64), world, ASKED)
    assert steps.done[-2:] == [("tables", []), ("epochs", [])]
    fewer = replace(wanted, program="4" * 64, release=replace(wanted.release, pipelines=wanted.release.pipelines[1:]))
    deploy(fewer, world, ASKED)
    assert steps.done[-1] == ("epochs", [wanted.release.pipelines[0].name])


@pytest.mark.parametrize("broken", NAMES)
def test_a_failure_is_written_down_and_the_next_apply_begins_anew(world, wanted, steps, broken):
    """Whatever step failed, nothing counts as live, the lease is free, and the same apply works later."""
    steps.broken.add(broken)
    with pytest.raises(Unreachable, match=broken):
        deploy(wanted, world, ASKED)
    failed = records.newest(world.records, *GLOBEX)
    assert (failed.state, failed.error) == ("failed", f"{broken} does not answer.")
    assert world.sink.names[-1] == "apply.deployment.failed"
    steps.broken.clear()
    deployed = deploy(wanted, world, ASKED)
    assert deployed.record.epoch == failed.epoch + 1
    assert sorted(deployed.epochs) == ALL


@pytest.mark.usefixtures("steps")
def test_a_killed_apply_is_finished_under_its_own_record(world, wanted, monkeypatch):
    """The same deployment id, so epochs that it committed are found and not raised twice."""
    killed = kill_at("epochs", world, wanted, monkeypatch)
    deployed = deploy(wanted, world, ASKED)
    assert (deployed.record.id, deployed.record.epoch) == (killed.id, killed.epoch)


@pytest.mark.usefixtures("steps")
def test_what_a_killed_apply_wanted_is_given_up_when_something_else_is_desired(world, wanted, monkeypatch):
    """Its record says so, and the new one has a number of its own."""
    killed = kill_at("tables", world, wanted, monkeypatch)
    deployed = deploy(replace(wanted, program="4" * 64), world, ASKED)
    assert deployed.record.epoch == killed.epoch + 1
    given_up = records.newest(world.records, *GLOBEX, records.deployments.c.id == killed.id)
    assert given_up.state == "failed"
    assert "given up" in given_up.error


def test_back_to_what_is_live_after_a_failed_apply_is_something_to_do(world, wanted, steps):
    """The failed one may have changed half of the infrastructure: the live record alone proves nothing."""
    deploy(wanted, world, ASKED)
    steps.broken.add("tables")
    with pytest.raises(Unreachable):
        deploy(replace(wanted, runtime=Runtime("3" * 64, b"other")), world, ASKED)
    steps.broken.clear()
    assert deploy(wanted, world, ASKED).outcome == "live"


@pytest.mark.usefixtures("steps")
def test_back_to_what_is_live_raises_the_epochs_that_a_killed_apply_may_have_raised(world, wanted, monkeypatch):
    """It may have died between its COMMIT and its record: then runs are bound to it, until an epoch is above it."""
    deploy(wanted, world, ASKED)
    other = replace(wanted, runtime=Runtime("3" * 64, b"other"))
    kill_at("epochs", world, other, monkeypatch)
    assert sorted(deploy(wanted, world, ASKED).epochs) == ALL


def test_what_the_gate_refuses_is_not_applied_and_what_is_live_stays_live(world, wanted, steps):
    """It is asked with the commit that is live, only where there is something to do, and before anything is touched."""
    asked = []
    deploy(wanted, world, replace(ASKED, judge=lambda *words: asked.append(words)))
    live, done = records.last_live(world.records, *GLOBEX), len(steps.done)

    def refuse(*words):
        asked.append(words)
        raise Conflict("the gate refuses it.")

    deploy(wanted, world, replace(ASKED, judge=refuse))  # nothing to do
    with pytest.raises(Conflict):
        deploy(replace(wanted, program="4" * 64), world, replace(ASKED, judge=refuse))
    assert asked == [("globex", "", ()), ("globex", "commit", ())]
    assert len(steps.done) == done
    assert records.last_live(world.records, *GLOBEX) == live
    assert records.newest(world.records, *GLOBEX).error == "the gate refuses it."
    assert world.sink.names[-1] == "apply.deployment.failed"


@pytest.mark.usefixtures("steps")
def test_the_transaction_of_a_dead_apply_is_waited_for(world, wanted, monkeypatch):
    """It holds the mutexes until the warehouse ends it. Where nobody died, somebody alive holds them: then nobody is waited for."""
    free, tried = epoch.raise_epochs, []

    def locked(*words, **named):
        tried.append(None)
        if len(tried) % 3:
            raise Busy("the lock was not free in time.")
        return free(*words, **named)

    monkeypatch.setattr(epoch, "raise_epochs", locked)
    with pytest.raises(Busy, match="not free"):
        deploy(wanted, world, ASKED)
    assert len(tried) == 1
    with world.records.begin() as connection:  # as if that one had been killed instead
        connection.execute(records.leases.update().values(holder={**lease.this_process(), "started": "1"}))
    assert deploy(wanted, world, ASKED).outcome == "live"
    assert len(tried) == 3


def test_a_lost_lease_stops_before_anything_becomes_live(world, wanted, steps, monkeypatch):
    """Another apply took it over while the engine worked: tables and epochs stay as they are."""

    def lose(*_, **__):
        with world.records.begin() as connection:
            connection.execute(records.leases.update().values(token=records.leases.c.token + 1))
        return ()

    monkeypatch.setattr(infrastructure, "make", lose)
    with pytest.raises(Busy, match="taken over"):
        deploy(wanted, world, ASKED)
    assert steps.done == []


@pytest.mark.usefixtures("steps")
def test_it_waits_for_nobody(world, wanted):
    """Somebody deploys the tenant: the second one is told, and writes nothing."""
    with lease.held(world.records, *GLOBEX), pytest.raises(Busy):
        deploy(wanted, world, ASKED)
    assert records.newest(world.records, *GLOBEX) is None


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ([{}], {"a": "1"}, ["a"]),
        ([{"a": "1"}], {"a": "1"}, []),
        ([{"a": "1", "b": "1"}], {"a": "1", "b": "2"}, ["b"]),
        ([{"a": "1", "gone": "1"}], {"a": "1"}, ["gone"]),
        ([{"a": "2"}, {"a": "1"}], {"a": "1"}, ["a"]),
        ([{"a": "1"}, {}], {"a": "1"}, ["a"]),
        ([{}], {}, []),
    ],
    ids=["new", "same", "other", "gone", "tried since", "tried at first", "nothing"],
)
def test_changed_are_those_that_are_new_gone_or_bound_to_something_else(before, after, changed):
    """Also when only an attempt after the live deployment differs."""
    assert changed_pipelines(before, after) == changed


def kill_at(name, world, wanted, monkeypatch):
    """Ends an apply at this step as a kill would: nothing behind it runs, and the lease is that of a dead process."""

    class Killed(BaseException):
        pass

    def die(*_, **__):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(*STEP[name], die)
        with pytest.raises(Killed):
            deploy(wanted, world, ASKED)
    killed = records.newest(world.records, *GLOBEX)
    assert killed.state == "started"
    return killed


STEP = {"tables": (schema, "build"), "epochs": (epoch, "raise_epochs")}
