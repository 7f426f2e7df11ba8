"""Column types: one spelling here, and what was meant by those of elsewhere."""

import pytest

from pipeline.spec import snowflake_type


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("INT", "NUMBER(38,0)"),
        ("number", "NUMBER(38,0)"),
        ("NUMBER(19, 4)", "NUMBER(19,4)"),
        ("decimal(10)", "NUMBER(10,0)"),
        ("string", "VARCHAR(50)"),
        ("varchar(30)", "VARCHAR(30)"),
        ("CHAR(3)", "VARCHAR(3)"),
        ("datetime", "TIMESTAMP_NTZ(3)"),
        ("TIMESTAMPTZ(6)", "TIMESTAMP_TZ(6)"),
        ("bool", "BOOLEAN"),
        ("double", "FLOAT"),
        ("json", "VARIANT"),
        ("date", "DATE"),
        ("NUMBER(99,0)", None),
        ("GEOGRAPHY", None),
        ("", None),
    ],
)
def test_the_type_that_was_meant(written, meant):
    """In the spelling that reads back; None where nobody can tell."""
    assert snowflake_type.meant(written) == meant
    assert meant is None or snowflake_type.read(meant) is not None
