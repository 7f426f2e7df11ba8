"""Whatever bytes stand in a folder, judging it ends in findings and never in an exception."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline.spec.document import parse
from pipeline.spec.folder import read_folder
from pipeline.validate.columns import Reading
from pipeline.validate.scope import table_of
from pipeline.validate.statement import read
from pipeline.validate.tenant import validate_tenant

REPOSITORY = Path(__file__).parents[2]
TABLES = {
    name: table_of(name, {"a": ("NUMBER(38,0)", True), "b": ("VARCHAR(8)", False)}) for name in ("landed", "vendors")
}
VOCABULARY = """
    SELECT WITH FROM landed vendors a b x AS , . * ( ) :: : NUMBER(3,0) DATE CASE WHEN THEN ELSE END WHERE AND OR NOT IS NULL IN
    BETWEEN LIKE GROUP BY HAVING ORDER QUALIFY OVER PARTITION JOIN LEFT ON USING = < + - / || % 1 'x' COUNT SUM MAX COALESCE IFF
    NULLIF CAST TRY_CAST EXTRACT year TRIM LISTAGG WITHIN DISTINCT INTERVAL EXISTS ANY ALL UNION [ ] { } ; -- /* */ LATERAL
    FLATTEN => VALUES PIVOT TOP LIMIT SAMPLE AT ROWS RECURSIVE EXCLUDE RENAME ILIKE REGEXP ESCAPE TRUE INSERT TABLE
"""
WORDS = st.sampled_from(VOCABULARY.split())
DROPPED = object()
SLOW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@given(st.lists(WORDS, max_size=25))
@example(["a", ",", "*", "FROM", "landed"])
@example(["LATERAL", "SELECT"])
@settings(max_examples=300, deadline=None)
def test_any_words_after_select(words):
    """A statement is read or refused."""
    statement, faults = read("SELECT " + " ".join(words))
    if statement is None:
        assert faults
    else:
        Reading(TABLES).select(statement.tree)


@given(st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_text_as_yaml(text):
    """A document is read or refused."""
    document, findings = parse("a.yaml", text)
    assert (document is None) == bool(findings)


@pytest.mark.parametrize("tenant", ["globex", "initech"])
@given(data=st.data())
@SLOW
def test_any_value_in_any_place(tenant, data):
    """One key dropped, or its value of another kind: what a rule takes for granted may be missing."""
    files = dict(read_folder(REPOSITORY, tenant)[0])
    file = data.draw(st.sampled_from(sorted(name for name in files if name.endswith(".yaml"))))
    document, _ = parse(file, files[file].decode())
    path = data.draw(st.sampled_from([path for path in document.spots if path]))
    value = data.draw(st.sampled_from([None, 7, -0.5, True, "x", "", [], {}, [[]], {"x": None}, DROPPED]))
    files[file] = json.dumps(changed(document.value, path, value)).encode()
    validate_tenant(files, tenant)


def changed(value, path, new):
    """The document with another value at a path, or without it."""
    if not path:
        return new
    if isinstance(value, list):
        parts = [changed(part, path[1:], new) if index == path[0] else part for index, part in enumerate(value)]
        return [part for part in parts if part is not DROPPED]
    parts = {key: changed(part, path[1:], new) if key == path[0] else part for key, part in value.items()}
    return {key: part for key, part in parts.items() if part is not DROPPED}


@pytest.mark.parametrize("tenant", ["globex", "initech"])
@given(data=st.data())
@SLOW
def test_any_damage_to_any_file(tenant, data):
    """A stretch of a file replaced by other bytes, or by a stretch of another file."""
    files = dict(read_folder(REPOSITORY, tenant)[0])
    file = data.draw(st.sampled_from(sorted(files)))
    other = files[data.draw(st.sampled_from(sorted(files)))]
    content = files[file]
    start, length = data.draw(st.integers(0, len(content))), data.draw(st.integers(0, 40))
    cut = data.draw(st.integers(0, len(other)))
    new = data.draw(
        st.sampled_from([other[cut : cut + 30], b"[]", b"{}", b"null", b"1", b"-", b": ", b"\n  ", b"'x'"])
        | st.binary(max_size=6)
    )
    files[file] = content[:start] + new + content[start + length :]
    validate_tenant(files, tenant)
