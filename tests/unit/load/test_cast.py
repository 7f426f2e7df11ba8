"""Text to type: nothing is rounded, cut or guessed."""

import pytest

from pipeline.load.cast import cast, marks
from pipeline.release import Field
from pipeline.warehouse import literal


def read(one, type_, text, parse=None):
    """(value as text, the rules that it breaks)."""
    field = Field("F", "f", type_, True, parse)
    made = cast(field, "t", "v.f")
    broken = ", ".join(f"COALESCE({sql}, FALSE)" for sql in made.broken.values())
    given = "CAST(NULL AS VARCHAR)" if text is None else literal(text)
    inner = f"SELECT t, {made.value} AS f FROM (SELECT {given} AS t)"
    value, *told = one.rows(f"SELECT CAST(v.f AS VARCHAR), {broken.replace('t IS', 'v.t IS')} FROM ({inner}) AS v")[0]
    return value, [rule for rule, true in zip(made.broken, told, strict=True) if true]


@pytest.fixture(scope="module")
def one(world):
    from tests.warehouse import Store, orders

    made = Store(world, "tcast", orders())
    made.build()
    return made


@pytest.mark.parametrize(
    ("type_", "text", "parse", "value", "broken"),
    [
        ("NUMBER(19,4)", "1096.9613", None, "1096.9613", []),
        ("NUMBER(19,4)", "-0.5", None, "-0.5000", []),
        ("NUMBER(19,4)", "1,096.9613", None, None, ["type"]),
        ("NUMBER(19,4)", "1.00000", None, "1.0000", []),
        ("NUMBER(19,4)", "1.00001", None, "1.0000", ["scale"]),
        ("NUMBER(38,0)", "1.5", None, None, ["scale"]),
        ("NUMBER(3,0)", "1000", None, None, ["type"]),
        ("NUMBER(19,4)", "1e-7", None, "0.0000", ["scale"]),
        ("NUMBER(19,4)", "1,096.9613", "999,999.9999", "1096.9613", []),
        ("NUMBER(19,4)", "27.5", "999,999.9999", "27.5000", []),
        ("NUMBER(19,4)", "10,96.5", "999,999.9999", None, ["type"]),
        ("NUMBER(19,4)", "1.096,5", "999.999,99", "1096.5000", []),
        ("NUMBER(19,4)", "1.096.961,55555", "999.999,99", "1096961.5556", ["scale"]),
        ("NUMBER(19,4)", "1'000.5", "999'999.99", "1000.5000", []),
        ("VARCHAR(3)", "abc", None, "abc", []),
        ("VARCHAR(3)", "abcd", None, None, ["length"]),
        ("DATE", "2011-12-15", None, "2011-12-15", []),
        ("DATE", "1644", None, None, ["type"]),
        ("DATE", "15.12.2011", None, None, ["type"]),
        ("DATE", "2011-12-15 00:00:00.000", "YYYY-MM-DD HH24:MI:SS.FF3", "2011-12-15", []),
        ("BOOLEAN", "maybe", None, None, ["type"]),
        ("TIMESTAMP_NTZ(3)", "1323907200", None, None, ["type"]),
        ("NUMBER(19,4)", None, None, None, ["required"]),
    ],
)
def test_a_value_reads_exactly_or_names_its_rule(one, type_, text, parse, value, broken):
    """The value where it fits, the rule where it does not."""
    found = read(one, type_, text, parse)
    assert found[1] == broken
    if not broken:
        assert found[0] == value


@pytest.mark.parametrize(
    "text", ["2014-09-12T11:15:07.263Z", "2014-09-12 11:15:07.263", "2014-09-12T13:15:07.263+02:00"]
)
def test_instants_are_kept_in_utc(one, text):
    """With an offset, with Z, or without a zone."""
    value, broken = read(one, "TIMESTAMP_NTZ(3)", text)
    assert broken == []
    assert value.startswith("2014-09-12 11:15:07.263")


@pytest.mark.parametrize("picture", ["", "abc", "99,9,9", "9,99", "999,999,99", "9.9.9"])
def test_a_picture_of_a_number_is_whole_or_refused(picture):
    """What does not show thousands and decimals is no picture."""
    if picture == "9,99":
        assert marks(picture) == ("", ",")
    else:
        with pytest.raises(ValueError, match="does not show how a number is written"):
            marks(picture)
