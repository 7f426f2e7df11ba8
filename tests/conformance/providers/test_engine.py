"""The real engine runs the real programs on the sandbox's providers, AWS and Snowflake; its steps are what policies accept."""

from __future__ import annotations

import json
import multiprocessing
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest

from pipeline.errors import Final
from pipeline.gate.bundle import read_bundle
from pipeline.gate.opa import warm
from pipeline.plan import state
from pipeline.plan.engine import Engine, Preview, command, foresee, preview, up
from stacks.components.cloud import providers
from stacks.components.platform import PlatformArgs, platform_program
from stacks.components.tenant import TenantArgs, tenant_program

REPOSITORY = Path(__file__).resolve().parents[3]
TENANTS = ("globex", "initech")


def tenant(environment, name) -> TenantArgs:
    return TenantArgs(environment, name, "eu1", "standard", ("erp_drop",), f"TENANT = '{name}'\n")


@pytest.fixture(scope="module")
def planned(pulumi_engine, environment):
    """{stack: (the steps of its first preview, those of its first up)}; afterwards everything stands."""
    programs = {"platform": platform_program(PlatformArgs(environment, ("eu1",), "name = 'staging'\n"))}
    programs |= {name: tenant_program(tenant(environment, name)) for name in TENANTS}
    found = {}
    for name, program in programs.items():
        stack = pulumi_engine.stack(f"{name}.staging", program)
        found[name] = (preview(stack), up(stack))
    return found


@pytest.fixture
def globex(planned, pulumi_engine, environment):  # noqa: ARG001  everything stands
    return pulumi_engine.stack("globex.staging", tenant_program(tenant(environment, "globex")))


def resources(stack) -> dict[str, dict]:
    """{URN: resource} of the stack's state, without its providers and components."""
    found = stack.export_stack().deployment.get("resources", [])
    return {each["urn"]: each for each in found if each["custom"] and "pulumi:" not in each["type"]}


def test_a_stack_comes_up_as_it_was_planned(planned):
    """The first preview says exactly what the first up then does, and creates alone."""
    for before, done in planned.values():
        assert {(step.operation, step.urn) for step in before} == {(step.operation, step.urn) for step in done}
        assert {step.operation for step in done} == {"create"}


@pytest.mark.usefixtures("planned")
def test_a_stack_that_stands_has_nothing_to_do(pulumi_engine, environment):
    """Apply twice is apply once, also after the world was read anew."""
    for name in TENANTS:
        stack = pulumi_engine.stack(f"{name}.staging", tenant_program(tenant(environment, name)))
        assert preview(stack) == []
        command(stack, ["refresh", "--yes", "--expect-no-changes"])
        assert up(stack) == []


@pytest.mark.usefixtures("planned")
def test_the_way_back_from_a_new_secret_takes_nothing_away(pulumi_engine, environment, owner):
    """It is protected, so no plan may leave it out; the state says which ones stand, and with those there is nothing to do."""
    alone = tenant(environment, "returned")
    more = replace(alone, secrets=("erp_drop", "second"))

    def stack(arguments):
        return pulumi_engine.stack("returned.staging", tenant_program(arguments))

    assert {("create", "readers-second"), ("create", "secret-second")} <= {*made(up(stack(more)))}
    held = state.secrets(owner.client("s3"), environment.place, "returned")
    assert held == {*more.secrets}
    assert preview(stack(replace(alone, secrets=tuple(sorted({*alone.secrets, *held}))))) == []


def test_two_tenants_share_nothing(planned, pulumi_engine, environment):  # noqa: ARG001  they stand
    """No identifier of one tenant's things is one of the other's; each bears its tenant's name."""
    stacks = {
        name: pulumi_engine.stack(f"{name}.staging", tenant_program(tenant(environment, name))) for name in TENANTS
    }
    ids = {name: {(each["type"], each["id"]) for each in resources(stack).values()} for name, stack in stacks.items()}
    assert not ids["globex"] & ids["initech"]
    for name, found in ids.items():
        assert all(name in identifier.lower() for _, identifier in found)


def test_what_somebody_deleted_is_seen_and_made_again(globex, owner):
    """A refresh finds what is gone, the preview makes it again and nothing else."""
    role = owner.place.role("globex")
    owner.client("iam").delete_role_policy(RoleName=role, PolicyName="reach")
    command(globex, ["refresh", "--yes"])
    seen = preview(globex)
    assert [(step.operation, step.type) for step in seen] == [("create", "aws:iam/rolePolicy:RolePolicy")]
    assert [step.urn for step in up(globex)] == [step.urn for step in seen]
    assert owner.client("iam").get_role_policy(RoleName=role, PolicyName="reach")["PolicyName"] == "reach"


def test_what_somebody_changed_is_seen_and_put_right(globex, owner):
    """A door opened by hand is an update of exactly that policy."""
    iam, role = owner.client("iam"), owner.place.role("globex")
    wide = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    iam.put_role_policy(RoleName=role, PolicyName="reach", PolicyDocument=json.dumps(wide))
    command(globex, ["refresh", "--yes"])
    seen = preview(globex)
    assert [(step.operation, step.type, step.changed) for step in seen] == [
        ("update", "aws:iam/rolePolicy:RolePolicy", ("policy",))
    ]
    up(globex)
    assert preview(globex) == []


def test_a_change_of_the_program_is_the_steps_it_means(globex, pulumi_engine, environment):
    """Another tier: the user's time-out and warehouse change in place, the grant moves to another warehouse; no data is touched."""
    faster = replace(tenant(environment, "globex"), tier="priority")
    seen = preview(pulumi_engine.stack("globex.staging", tenant_program(faster)))
    assert {(step.operation, step.name, step.changed) for step in seen} == {
        ("update", "user", ("defaultWarehouse", "statementTimeoutInSeconds")),
        ("replace", "usage-warehouse", ("onAccountObject", "onAccountObject.objectName")),
    }
    assert not [step for step in seen if step.endangers_data]
    assert preview(globex) == []


@pytest.mark.parametrize("name", ["platform", *TENANTS])
def test_the_policies_accept_the_real_steps(planned, toolset, name):
    """What the programs plan on an empty account passes every rule of the gate."""
    with warm(read_bundle(REPOSITORY / "policies"), program=toolset.opa) as judge:
        assert found(judge, name, planned[name][0]) == []


def test_the_policies_refuse_a_real_step_that_deletes_data(globex, toolset):
    """A schema that leaves the program is still a schema with rows."""
    deleted = [replace(step, operation="delete") for step in steps_of(globex)]
    with warm(read_bundle(REPOSITORY / "policies"), program=toolset.opa) as judge:
        assert "plan.no_data_deleted" in {one["code"] for one in found(judge, "globex", deleted)}


def test_the_policies_refuse_a_neighbours_steps(planned, toolset):
    """The same plan is a breach when it is another tenant's."""
    with warm(read_bundle(REPOSITORY / "policies"), program=toolset.opa) as judge:
        codes = {one["code"] for one in found(judge, "initech", planned["globex"][0])}
    assert codes >= {"plan.names_from_tenant", "plan.no_access_widened", "plan.grants_stay_inside"}


def found(judge, name, steps) -> list[dict]:
    about = None if name == "platform" else name
    plan = {"steps": [step.document() for step in steps]}
    asked = {"families": ["plan"], "tenant": about, "documents": {}, "changed": [], "plan": plan}
    return judge.decide({"plan": asked})["plan"]


def steps_of(stack):
    """Everything in the stack's state as steps."""
    from pipeline.plan.step import Step

    return [Step("create", urn, (), each.get("inputs", {})) for urn, each in resources(stack).items()]


# single things, with the same providers


def made(steps) -> list[tuple[str, str]]:
    """What was done, but for the providers' own entries in the state."""
    return [(step.operation, step.name) for step in steps if not step.type.startswith("pulumi:")]


def group(environment, name, days=180, **options):
    """A program that makes one log group."""

    def program():
        made_by = providers(environment)[0]
        opts = pulumi.ResourceOptions(provider=made_by, **options)
        aws.cloudwatch.LogGroup("group", name=f"/acme/staging/{name}", retention_in_days=days, opts=opts)

    return program


def refusal(engine: Engine, name: str, days: int = 180) -> str:
    """How the engine's error reads. In a child: after a refusal the SDK keeps the program's thread and event loop."""
    spawning = multiprocessing.get_context("spawn")
    here, there = spawning.Pipe()
    child = spawning.Process(target=tell_refusal, args=(there, engine, name, days))
    child.start()
    try:
        assert here.poll(60)
        return here.recv()
    finally:
        child.kill()
        child.join(10)
        child.close()
        here.close()
        there.close()


def tell_refusal(there, engine, name, days) -> None:
    try:
        up(engine.stack(f"{name}.staging", group(engine.environment, name, days)))
    except Final as error:
        there.send(str(error))


def test_what_exists_is_not_taken_over(pulumi_engine, owner):
    """A create of what somebody else made fails in AWS's words."""
    owner.client("logs").create_log_group(logGroupName="/acme/staging/taken")
    assert "ResourceAlreadyExistsException" in refusal(bare(pulumi_engine), "taken")


def test_an_input_that_the_real_provider_refuses_is_refused(pulumi_engine):
    """Before anything is made, in the provider's words."""
    assert "expected retention_in_days to be one of" in refusal(bare(pulumi_engine), "wrong", days=181)


def bare(engine: Engine) -> Engine:
    """The same engine without what it keeps in memory."""
    return Engine(engine.root, engine.home, engine.environment)


def test_what_exists_is_imported_by_its_identifier(pulumi_engine, environment, owner):
    """As a takeover does it: imported, then nothing is left to do."""
    logs, name = owner.client("logs"), "/acme/staging/adopted"
    logs.create_log_group(logGroupName=name)
    logs.put_retention_policy(logGroupName=name, retentionInDays=180)
    done = up(pulumi_engine.stack("adopted.staging", group(environment, "adopted", import_=name)))
    assert made(done) == [("import", "group")]
    assert preview(pulumi_engine.stack("adopted.staging", group(environment, "adopted"))) == []


def test_what_is_no_step_is_written_down_by_up_alone(pulumi_engine, environment):
    """A resource is protected from now on: the preview sees nothing to do, and only `up` brings it into the state."""
    before = pulumi_engine.stack("guarded.staging", group(environment, "guarded"))
    up(before)
    [made_bare] = resources(before).values()
    after = pulumi_engine.stack("guarded.staging", group(environment, "guarded", protect=True))
    assert foresee(after) == Preview((), idle=True)
    up(after)
    [kept] = resources(after).values()
    assert (made_bare.get("protect", False), kept["protect"]) == (False, True)


def test_an_engine_that_is_attached_to_nothing_starts_the_provider_itself(toolset, environment, tmp_path, monkeypatch):
    """The engine runs `pulumi-resource-aws` and its sister, reads its port, and the same servicer answers."""
    for package in ("aws", "snowflake"):
        program = tmp_path / f"pulumi-resource-{package}"
        start = f'exec {sys.executable} -m pipeline.sandbox.providers --only {package} "$@"'
        program.write_text(f"#!/bin/sh\nPYTHONPATH={REPOSITORY} {start}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    alone = replace(environment, providers="")
    variables = {"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true"}
    engine = Engine(toolset.pulumi_root, tmp_path / "home", alone, variables)
    stack = engine.stack("started.staging", group(alone, "started"))
    assert made(up(stack)) == [("create", "group")]
    assert preview(stack) == []
