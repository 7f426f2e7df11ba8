"""An input that the real provider would refuse is refused, in its words."""

from __future__ import annotations

import pytest

ROLE = "aws:iam/role:Role"
BUCKET = "aws:s3/bucket:Bucket"


@pytest.mark.parametrize(
    ("token", "inputs", "reason"),
    [
        (ROLE, {"name": "a"}, 'The argument "assumeRolePolicy" is required'),
        (ROLE, {"assumeRolePolicy": "{}", "colour": "red"}, "Invalid or unknown key. Examine values at 'x.colour'"),
        (ROLE, {"assumeRolePolicy": "{}", "maxSessionDuration": "long"}, "expected integer, got string"),
        (ROLE, {"assumeRolePolicy": 3}, "expected string, got integer"),
        (BUCKET, {"versioning": {"enabled": "true"}}, "expected boolean, got string"),
        (BUCKET, {"versioning": {"on": True}}, "Invalid or unknown key. Examine values at 'x.versioning.on'"),
        (BUCKET, {"tags": {"a": 1}}, "expected string, got integer"),
    ],
)
def test_a_wrong_input_is_refused(engine, token, inputs, reason):
    """Missing, unknown and wrongly typed, at any depth."""
    _, reasons = engine.check(token, inputs)
    assert [said for said in reasons if reason in said]


def test_every_mistake_is_named_at_once(engine):
    """Three mistakes are three failures."""
    assert len(engine.check(ROLE, {"a": 1, "maxSessionDuration": "x"})[1]) == 3


def test_a_resource_without_a_name_gets_one_of_its_own(engine):
    """Autonaming, as the real providers do it: logical name and some hexadecimal digits; it stays."""
    inputs, _ = engine.check(ROLE, {"assumeRolePolicy": "{}"}, name="reader")
    assert inputs["name"].startswith("reader-")
    assert (
        engine.check(ROLE, {"assumeRolePolicy": "{}"}, name="reader", olds={"name": "kept", "__defaults": ["name"]})[0][
            "name"
        ]
        == "kept"
    )


def test_what_is_not_known_yet_is_no_mistake(engine):
    """An input that another resource will give passes, whatever its type."""
    from pipeline.sandbox.providers.wire import UNKNOWN

    assert engine.check(ROLE, {"assumeRolePolicy": UNKNOWN, "maxSessionDuration": UNKNOWN})[1] == []
