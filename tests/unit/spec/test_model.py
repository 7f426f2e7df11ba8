"""pydantic's errors as findings: where, what, and the fix."""

import pytest

from pipeline.spec import models
from pipeline.spec.document import parse
from pipeline.spec.model import read_model

GOOD = "title: Globex\ntier: standard\nowners: [a-team]\n"


def findings(text, model=models.Head):
    document, broken = parse("tenants/globex/tenant.yaml", text)
    assert broken == []
    return read_model(document, model)[1]


@pytest.mark.parametrize(
    ("text", "code", "where", "said"),
    [
        (GOOD.replace("tier", "teir"), "document.unknown_key", "2:1", "Did you mean `tier`?"),
        (GOOD.replace("standard", "standrad"), "document.wrong_value", "2:7", "Did you mean `standard`?"),
        (GOOD.replace("Globex", "7"), "document.wrong_type", "1:8", "must be text, and is `7`"),
        (GOOD.replace("Globex", ""), "document.wrong_type", "1:1", "is nothing"),
        (GOOD.replace("[a-team]", "a-team"), "document.wrong_type", "3:9", "must be a list"),
        (GOOD.replace("a-team", "A Team"), "document.wrong_value", "3:10", "an owner is a team"),
        (GOOD.replace("[a-team]", "[]"), "document.wrong_value", "3:9", "at least 1 item"),
    ],
)
def test_a_mistake_is_told_where_it_stands(text, code, where, said):
    """With what is known, and what was likely meant."""
    found = next(finding for finding in findings(text) if finding.code == code)
    assert str(found.where) == f"tenants/globex/tenant.yaml:{where}"
    assert said in found.what
    assert found.fix


def test_every_mistake_is_told_at_once():
    """Not only the first."""
    codes = [finding.code for finding in findings("titel: x\ntier: gold\n")]
    assert sorted(codes) == [
        "document.missing_key",
        "document.missing_key",
        "document.unknown_key",
        "document.wrong_value",
    ]


def test_a_key_deep_down_knows_its_own_neighbours():
    """The suggestion comes from the model of that place."""
    mapping = "format: {kind: csv}\nfields:\n  A: {column: a1, type: DATE, requird: true}\n"
    (finding,) = findings(mapping, models.Mapping)
    assert finding.where.line == 3
    assert "Did you mean `required`?" in finding.what
