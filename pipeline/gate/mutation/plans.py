"""Mutations of plans: what a stack must never make, name, delete or hand over, whatever the folder says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.gate.mutation.access import step_of
from pipeline.gate.mutation.draft import Draft
from pipeline.gate.mutation.kind import Kind


def data_deleted(draft: Draft) -> str:
    step = draft.pick(step for kind in ("logGroup:", "secret:Secret", "schema:Schema") for step in draft.steps(kind))
    step["op"] = draft.pick(("delete", "replace"))
    return f"the plan would {step['op']} {step['name']} ({step['type']})"


def identity_replaced(draft: Draft) -> str:
    step = draft.pick(step for kind in ("iam/role:Role", "serviceUser", "accountRole") for step in draft.steps(kind))
    step["op"] = draft.pick(("delete", "replace"))
    return f"the plan would {step['op']} {step['name']} ({step['type']})"


def much_deleted(draft: Draft) -> str:
    steps = [
        step for step in draft.steps() if "grant" in step["type"] or "Policy" in step["type"] or "stage" in step["type"]
    ] + draft.steps("bucketObject")
    draft.need(len(steps) > 10)
    for step in steps:
        step["op"] = "delete"
    return f"the plan deletes {len(steps)} things at once"


def name_of_another(draft: Draft) -> str:
    step = draft.pick(
        step
        for kind in ("iam/role:Role", "logGroup", "schema:Schema", "serviceUser", "secret:Secret")
        for step in draft.steps(kind)
    )
    other, name = draft.subject.neighbour, step["inputs"]["name"]
    step["inputs"]["name"] = name.replace(draft.tenant, other).replace(draft.tenant.upper(), other.upper())
    return f"{step['name']} is called {step['inputs']['name']}"


def name_made_up(draft: Draft) -> str:
    step = draft.pick(step for kind in ("iam/role:Role", "logGroup", "schema:Schema") for step in draft.steps(kind))
    step["inputs"].pop("name")
    return f"{step['name']} gets a name by chance"


def stack_of_another(draft: Draft) -> str:
    step = draft.pick(draft.steps())
    step["urn"] = step["urn"].replace(f":{draft.tenant}.", f":{draft.subject.neighbour}.", 1)
    return f"{step['name']} belongs to the stack of {draft.subject.neighbour}"


def _grant(draft: Draft, key: str = "") -> dict[str, Any]:
    return draft.pick(step for step in draft.steps("grantPrivileges") if not key or key in step["inputs"])


def grant_on_another(draft: Draft) -> str:
    step = _grant(draft, "onSchema")
    name = step["inputs"]["onSchema"]["schemaName"]
    step["inputs"]["onSchema"]["schemaName"] = name.replace(draft.tenant.upper(), draft.subject.neighbour.upper())
    return f"a grant on {step['inputs']['onSchema']['schemaName']}"


def grant_all(draft: Draft) -> str:
    step = _grant(draft)
    step["inputs"][draft.pick(("allPrivileges", "withGrantOption"))] = True
    return f"{step['name']} gives everything, or gives it to be passed on"


def grant_to_another(draft: Draft) -> str:
    step = _grant(draft)
    step["inputs"]["accountRoleName"] = draft.pick(
        ("PUBLIC", "ACCOUNTADMIN", f"ACME_STAGING__{draft.subject.neighbour.upper()}")
    )
    return f"{step['name']} goes to {step['inputs']['accountRoleName']}"


def grant_more(draft: Draft) -> str:
    step = _grant(draft)
    more = draft.pick(("OWNERSHIP", "CREATE STAGE", "MONITOR", "CREATE TABLE", "MODIFY"))
    step["inputs"]["privileges"] = [*step["inputs"].get("privileges", []), more]
    return f"{step['name']} gives {more}"


def role_of_another(draft: Draft) -> str:
    step = step_of(draft, "grantAccountRole")
    step["inputs"]["roleName"] = draft.pick(
        ("ACCOUNTADMIN", "SYSADMIN", f"ACME_STAGING__{draft.subject.neighbour.upper()}")
    )
    return f"the user gets the role {step['inputs']['roleName']}"


def user_password(draft: Draft) -> str:
    step = step_of(draft, "serviceUser")
    step["inputs"].pop("defaultWorkloadIdentity")
    step["inputs"]["rsaPublicKey"] = "MIIBIjANBgkq"
    return "the user logs in by a key"


def user_unbounded(draft: Draft) -> str:
    step, key = (
        step_of(draft, "serviceUser"),
        draft.pick(("statementTimeoutInSeconds", "lockTimeout", "defaultSecondaryRolesOption")),
    )
    step["inputs"].pop(key)
    return f"the user has no {key}"


def user_of_another(draft: Draft) -> str:
    step = step_of(draft, "serviceUser")
    arn = f"arn:aws:iam::111111111111:role/acme-staging-{draft.subject.neighbour}"
    step["inputs"]["defaultWorkloadIdentity"] = {"aws": {"arn": arn}}
    return f"the user is whoever has the role of {draft.subject.neighbour}"


def stage_of_another(draft: Draft) -> str:
    step, other = step_of(draft, "stageExternalS3"), draft.subject.neighbour
    step["inputs"]["url"] = draft.pick(
        (
            step["inputs"]["url"].replace(f"/{draft.tenant}/", f"/{other}/"),
            step["inputs"]["url"].partition(f"{draft.tenant}/")[0],
            "s3://elsewhere/x/",
        )
    )
    return f"the stage shows {step['inputs']['url']}"


def dag_of_another(draft: Draft) -> str:
    step = step_of(draft, "bucketObject", "dag")
    step["inputs"]["key"] = step["inputs"]["key"].replace(f"{draft.tenant}.py", f"{draft.subject.neighbour}.py")
    return f"the DAG file is written to {step['inputs']['key']}"


def secret_value(draft: Draft) -> str:
    step = step_of(draft, "secret:Secret")
    version = {**step, "type": "aws:secretsmanager/secretVersion:SecretVersion", "name": "value", "op": "create"}
    version["urn"] = step["urn"].replace("secret:Secret::", "secretVersion:SecretVersion::")
    version["inputs"] = {"secretId": step["inputs"]["name"], "secretString": "hunter2hunter2"}
    draft.add_step(version)
    return "the plan writes a secret's value"


def secret_readers(draft: Draft) -> str:
    step = step_of(draft, "secretPolicy")
    arn = f"arn:aws:iam::111111111111:role/acme-staging-{draft.subject.neighbour}"
    step["inputs"]["policy"] = step["inputs"]["policy"].replace(f"acme-staging-{draft.tenant}", arn.rpartition("/")[2])
    return f"the secret is read by {draft.subject.neighbour}"


def secret_at_once(draft: Draft) -> str:
    step_of(draft, "secret:Secret")["inputs"]["recoveryWindowInDays"] = 0
    return "a deleted secret is gone at once"


def logs_short(draft: Draft) -> str:
    step_of(draft, "logGroup")["inputs"]["retentionInDays"] = draft.pick((7, 30, 90))
    return "logs are kept a short while only"


def untagged(draft: Draft) -> str:
    step = draft.pick(step for step in draft.steps() if "tags" in step["inputs"])
    tags = draft.pick((None, {}, {"tenant": draft.subject.neighbour}))
    step["inputs"].pop("tags") if tags is None else step["inputs"].update(tags=tags)
    return f"{step['name']} is not tagged with its tenant"


def schema_unmanaged(draft: Draft) -> str:
    step = step_of(draft, "schema:Schema")
    step["inputs"][draft.pick(("withManagedAccess", "isTransient"))] = draft.pick(("false", "true"))
    step["inputs"]["withManagedAccess"] = "false"
    return f"the schema {step['name']} lets its tables' owners grant"


def new_type(draft: Draft) -> str:
    token = draft.pick(
        (
            "aws:iam/user:User",
            "aws:lambda/function:Function",
            "snowflake:index/share:Share",
            "aws:iam/accessKey:AccessKey",
        )
    )
    step = dict(draft.pick(draft.steps()))
    step |= {"type": token, "name": "more", "op": "create", "inputs": {"name": "more"}}
    step["urn"] = f"urn:pulumi:{draft.tenant}.staging::acme::{token}::more"
    draft.add_step(step)
    return f"the stack makes a {token}"


def other_account(draft: Draft) -> str:
    step = step_of(draft, "iam/rolePolicy")
    step["inputs"]["policy"] = step["inputs"]["policy"].replace("111111111111", "999988887777")
    draft.need("999988887777" in step["inputs"]["policy"])
    return "the role reaches into another account"


def unreadable(draft: Draft) -> str:
    step = draft.pick(draft.steps())
    step.pop(draft.pick(("urn", "inputs", "type", "op")))
    return "a step cannot be read"


def policy_unknown(draft: Draft) -> str:
    step_of(draft, "iam/rolePolicy")["inputs"]["policy"] = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    return "what the role may do is not known before it is made"


KINDS: Sequence[Kind] = (
    Kind("plan/data_deleted", ("plan.no_data_deleted",), data_deleted),
    Kind("plan/identity_replaced", ("plan.identity_kept",), identity_replaced),
    Kind("plan/much_deleted", ("plan.destroys_few",), much_deleted),
    Kind("plan/name_of_another", ("plan.names_from_tenant",), name_of_another),
    Kind("plan/name_made_up", ("plan.names_from_tenant",), name_made_up),
    Kind("plan/stack_of_another", ("plan.names_from_tenant",), stack_of_another),
    Kind("plan/grant_on_another", ("plan.grants_stay_inside",), grant_on_another),
    Kind("plan/grant_all", ("plan.grants_stay_inside", "plan.privileges_listed"), grant_all),
    Kind("plan/grant_to_another", ("plan.grants_to_own_role",), grant_to_another),
    Kind("plan/grant_more", ("plan.privileges_listed",), grant_more),
    Kind("plan/role_of_another", ("plan.grants_to_own_role",), role_of_another),
    Kind("plan/user_password", ("plan.login_by_identity",), user_password),
    Kind("plan/user_unbounded", ("plan.user_bounded",), user_unbounded),
    Kind("plan/user_of_another", ("plan.login_by_identity",), user_of_another),
    Kind("plan/stage_of_another", ("plan.stage_inside",), stage_of_another),
    Kind("plan/dag_of_another", ("plan.dag_file_own",), dag_of_another),
    Kind("plan/secret_value", ("plan.no_secret_value", "plan.types_known"), secret_value),
    Kind("plan/secret_readers", ("plan.secret_readers",), secret_readers),
    Kind("plan/secret_at_once", ("plan.secret_recoverable",), secret_at_once),
    Kind("plan/logs_short", ("plan.logs_kept",), logs_short),
    Kind("plan/untagged", ("plan.tagged",), untagged),
    Kind("plan/schema_unmanaged", ("plan.schema_lasting",), schema_unmanaged),
    Kind("plan/new_type", ("plan.types_known",), new_type),
    Kind("plan/other_account", ("plan.accounts_agree", "plan.no_access_widened"), other_account),
    Kind("plan/unreadable", ("plan.plan_shape",), unreadable),
    Kind("plan/policy_unknown", ("plan.plan_shape",), policy_unknown),
)
