"""Mutations of plans that widen access: what the tenant's role may do, who may become it, who reads its secrets."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from pipeline.gate.mutation.draft import Draft
from pipeline.gate.mutation.kind import Kind

WIDENED = "plan.no_access_widened"


def step_of(draft: Draft, kind: str, name: str = "") -> dict[str, Any]:
    """A step of a type; its name may narrow it."""
    return draft.pick(step for step in draft.steps(kind) if name in step["name"])


def _policy(step: dict[str, Any], key: str, work: Callable[[list[dict[str, Any]]], object]) -> None:
    """Edits the statements of a policy document that stands as text."""
    document = json.loads(step["inputs"][key])
    work(document["Statement"])
    step["inputs"][key] = json.dumps(document)


def _reach(draft: Draft, work: Callable[[list[dict[str, Any]]], object]) -> None:
    _policy(step_of(draft, "iam/rolePolicy"), "policy", work)


def _trust(draft: Draft, work: Callable[[dict[str, Any]], object]) -> None:
    _policy(step_of(draft, "iam/role:Role"), "assumeRolePolicy", lambda statements: work(statements[0]))


def action_widened(draft: Draft) -> str:
    action = draft.pick(("s3:*", "*", "s3:Get*", "secretsmanager:*"))
    _reach(draft, lambda statements: statements[0].update(Action=[action]))
    return f"the role may do {action}"


def resource_widened(draft: Draft) -> str:
    resource = draft.pick(("*", "arn:aws:s3:::acme-staging-eu-west-1-lake/*", "arn:aws:s3:::*"))
    _reach(draft, lambda statements: statements[0].update(Resource=[resource]))
    return f"the role reaches {resource}"


def prefix_of_another(draft: Draft) -> str:
    other = draft.subject.neighbour

    def work(statements: list[dict[str, Any]]) -> None:
        text = json.dumps(statements[0]["Resource"]).replace(f"/{draft.tenant}/", f"/{other}/")
        statements[0]["Resource"] = json.loads(text)

    _reach(draft, work)
    return f"the role reads the prefix of {other}"


def prefix_cut(draft: Draft) -> str:
    """Without the last slash it also is the beginning of other names."""

    def work(statements: list[dict[str, Any]]) -> None:
        text = json.dumps(statements[0]["Resource"]).replace(f"/{draft.tenant}/", f"/{draft.tenant}")
        statements[0]["Resource"] = json.loads(text)

    _reach(draft, work)
    return "the role's prefix lacks its last slash"


def all_but(draft: Draft) -> str:
    def work(statements: list[dict[str, Any]]) -> None:
        statements[0]["NotAction"] = ["iam:*"]
        statements[0].pop("Action")

    _reach(draft, work)
    return "the role may do all but a little"


def secret_of_another(draft: Draft) -> str:
    other = (
        f"arn:aws:secretsmanager:eu-west-1:111111111111:secret:acme/staging/{draft.subject.neighbour}/erp_drop-??????"
    )
    statement = {"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue"], "Resource": [other]}
    _reach(draft, lambda statements: statements.append(statement))
    return f"the role reads a secret of {draft.subject.neighbour}"


def role_assumed(draft: Draft) -> str:
    arn = draft.pick(("arn:aws:iam::111111111111:role/admin", "arn:aws:iam::111111111111:role/*"))
    statement = {"Effect": "Allow", "Action": ["sts:AssumeRole"], "Resource": [arn]}
    _reach(draft, lambda statements: statements.append(statement))
    return f"the role may become {arn}"


def listing_unbounded(draft: Draft) -> str:
    statement = {
        "Effect": "Allow",
        "Action": ["s3:ListBucket"],
        "Resource": ["arn:aws:s3:::acme-staging-eu-west-1-lake"],
    }
    _reach(draft, lambda statements: statements.append(statement))
    return "the role lists the whole bucket"


def trust_without_id(draft: Draft) -> str:
    _trust(draft, lambda statement: statement.pop("Condition"))
    return "the role is assumed without an external id"


def trust_other_id(draft: Draft) -> str:
    other = f"acme:staging:{draft.subject.neighbour}"
    _trust(draft, lambda statement: statement.update(Condition={"StringEquals": {"sts:ExternalId": other}}))
    return f"the role is assumed by the external id of {draft.subject.neighbour}"


def trust_everybody(draft: Draft) -> str:
    who = draft.pick(("*", {"AWS": "*"}, {"AWS": ["*"]}))
    _trust(draft, lambda statement: statement.update(Principal=who))
    return "everybody may assume the role"


def trust_account(draft: Draft) -> str:
    who = draft.pick(
        ("arn:aws:iam::999988887777:role/x", "arn:aws:iam::111111111111:root", "arn:aws:iam::111111111111:user/dana")
    )
    _trust(draft, lambda statement: statement.update(Principal={"AWS": who}))
    return f"{who} may assume the role"


def managed_policy(draft: Draft) -> str:
    step = step_of(draft, "iam/role:Role")
    step["inputs"]["managedPolicyArns"] = ["arn:aws:iam::aws:policy/AdministratorAccess"]
    return "the role has a policy of AWS's own"


def session_long(draft: Draft) -> str:
    step_of(draft, "iam/role:Role")["inputs"]["maxSessionDuration"] = 43200
    return "a session of the role lasts twelve hours"


def secret_given(draft: Draft) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999988887777:root"}}
    statement |= {"Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    _policy(step_of(draft, "secretPolicy"), "policy", lambda statements: statements.append(statement))
    return "the secret's policy lets another account read"


def policy_huge(draft: Draft) -> str:
    resource = [
        f"arn:aws:s3:::acme-staging-eu-west-1-lake/{draft.tenant}/landing/{number:06}/*" for number in range(400)
    ]
    _reach(draft, lambda statements: statements[0].update(Resource=resource))
    return "the role's policy is larger than AWS takes"


KINDS: Sequence[Kind] = (
    Kind("plan/action_widened", (WIDENED,), action_widened),
    Kind("plan/resource_widened", (WIDENED,), resource_widened),
    Kind("plan/prefix_of_another", (WIDENED,), prefix_of_another),
    Kind("plan/prefix_cut", (WIDENED,), prefix_cut),
    Kind("plan/all_but", (WIDENED,), all_but),
    Kind("plan/secret_of_another", (WIDENED,), secret_of_another),
    Kind("plan/role_assumed", (WIDENED,), role_assumed),
    Kind("plan/listing_unbounded", ("plan.listing_bounded",), listing_unbounded),
    Kind("plan/trust_without_id", ("plan.trust_bounded",), trust_without_id),
    Kind("plan/trust_other_id", ("plan.trust_bounded",), trust_other_id),
    Kind("plan/trust_everybody", ("plan.public_access", "plan.trust_bounded"), trust_everybody),
    Kind("plan/trust_account", ("plan.trust_bounded", "plan.accounts_agree"), trust_account),
    Kind("plan/managed_policy", ("plan.policies_inline",), managed_policy),
    Kind("plan/session_long", ("plan.session_short",), session_long),
    Kind("plan/secret_given", ("plan.shared_policies_only_deny", "plan.secret_readers"), secret_given),
    Kind("plan/policy_huge", ("plan.policy_fits",), policy_huge),
)
