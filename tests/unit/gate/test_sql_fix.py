"""What `--fix` writes means what stood there before, and what it cannot prove it leaves."""

from __future__ import annotations

import os
import random
import re
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.errors import Usage
from pipeline.gate import sql_fix, sql_style
from pipeline.gate.cache import Cache
from pipeline.gate.request import Request, mend

PROJECT = Path(__file__).parents[3]
RULES = (PROJECT / ".sqlfluff").read_text(encoding="utf-8")
SQL = "tenants/globex/transforms/invoices.sql"
UGLY = """select   ID,raw:Data.X::Int y  -- why
  from landed l where ID<>2 and "Q" = 'Sel'
"""
MENDED = """SELECT
    id,
    raw:Data.X::INT AS y  -- why
FROM landed AS l
WHERE id <> 2 AND "Q" = 'Sel'
"""


def fixed(folder: Path, text: str | bytes) -> tuple[list[sql_fix.Mended], bytes]:
    """What was said of one transform, and what stands there then."""
    content = text.encode() if isinstance(text, str) else text
    path = folder / SQL
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    said = list(sql_fix.fix(folder, {SQL: content}, RULES, Cache(None)))
    return said, path.read_bytes()


def test_style_is_mended_and_told(tmp_path):
    """Blanks, capitals and an understood AS are written anew; quoted names, strings, paths and comments stay to the letter."""
    said, now = fixed(tmp_path, UGLY)
    assert now.decode() == MENDED
    [one] = said
    assert one.lines == 5
    assert {"AL02", "CP01", "CP02", "CP05", "LT01"} <= set(one.rules)
    assert one.sentence().startswith(f"{SQL}: 5 lines written anew (AL01, ")
    assert fixed(tmp_path, now) == ([], now)


def test_line_ends_and_rights_of_a_file_stay(tmp_path):
    """A file of Windows stays one, and who may write it still may."""
    path = tmp_path / SQL
    fixed(tmp_path, UGLY)
    path.chmod(0o640)
    _, now = fixed(tmp_path, UGLY.replace("\n", "\r\n"))
    assert now.decode() == MENDED.replace("\n", "\r\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(path.parent) == [path.name]  # noqa: PTH208  hidden ones too


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("-- sqlfluff:rules:LT01\nselect id from landed\n", "would change the rules"),
        (b"select '\xff' from landed\n", "not UTF-8"),
    ],
)
def test_what_may_not_be_mended_is_left_and_told(tmp_path, text, why):
    """The file stays as it was to the byte."""
    said, now = fixed(tmp_path, text)
    assert why in said[0].sentence()
    assert now == (text.encode() if isinstance(text, str) else text)


@pytest.mark.parametrize("text", ["SELECT FROM WHERE\n", "select id from landed where\n", "SELECT * FROM landed\n"])
def test_what_cannot_be_read_or_is_no_matter_of_style_stays(tmp_path, text):
    """No statement, no proof; a star is a matter of people."""
    _, now = fixed(tmp_path, text)
    assert sql_fix.means_the_same(text, now.decode()) or now == text.encode()


def test_a_fix_that_changes_a_meaning_is_not_written(tmp_path, monkeypatch):
    """Were a rule of sqlfluff's to drop a condition, the file would stay."""
    real = sql_style.linter

    class Wrong:
        def lint_string(self, text, **more):
            linted = real(RULES, "layout").lint_string(text, **more)
            return SimpleNamespace(
                fix_string=lambda: (text.replace(" where ID<>2", ""), True), get_violations=linted.get_violations
            )

    monkeypatch.setattr(sql_style, "linter", lambda rules, only="": Wrong() if only else real(rules))
    said, now = fixed(tmp_path, "select id from landed where ID<>2\n")
    assert said[0].sentence() == f"{SQL}: left as it is: the mended text would not be read as the same statement"
    assert now == b"select id from landed where ID<>2\n"


def test_a_file_that_somebody_writes_meanwhile_is_theirs(tmp_path):
    """What was read is not what stands there any more: nothing is written."""
    path = tmp_path / SQL
    path.parent.mkdir(parents=True)
    path.write_bytes(b"SELECT 1\n")
    [one] = sql_fix.fix(tmp_path, {SQL: UGLY.encode()}, RULES, Cache(None))
    assert one.left == "it was changed meanwhile"
    assert path.read_bytes() == b"SELECT 1\n"


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("select ID from t", "SELECT id\nFROM t;", True),
        ("select a b from t", "select a as b from t", True),
        ('select "a" from t', "select a from t", False),
        ("select 'A' from t", "select 'a' from t", False),
        ("select v:A from t", "select v:a from t", False),
        ("select a from t -- x", "select a from t", False),
        ("select a, b from t", "select b, a from t", False),
        ("select a from t where x", "select a from t", False),
        ("select a from t; delete from t", "select a from t", False),
        ("select (", "select (", False),
    ],
)
def test_what_means_the_same(before, after, same):
    """Names without quotes have no case; strings, quoted names, paths, order, conditions and comments count."""
    assert sql_fix.means_the_same(before, after) is same


def test_real_transforms_come_back_from_any_spelling(tmp_path):
    """Transforms of the checkout, spelled in bad style by chance, is mended to a text that means what it meant."""
    chance = random.Random(7)
    for path in sorted(PROJECT.glob("tenants/globex/transforms/*.sql"))[:2]:
        text = path.read_text(encoding="utf-8")
        ugly = re.sub(r"'[^']*'|--[^\n]*|\w+| +", lambda found: spelled(found[0], chance), text)
        assert sql_fix.means_the_same(text, ugly)
        _, now = fixed(tmp_path, ugly)
        assert sql_fix.means_the_same(text, now.decode())
        assert not [
            f for f in sql_style.lint({now.decode(): [SQL]}, RULES, Cache(None)) if "CP" in f.why or "LT01" in f.why
        ]


def spelled(part: str, chance: random.Random) -> str:
    if part.startswith(("'", "-")):
        return part
    return part + " " * chance.randrange(2) if part.isspace() else chance.choice((part.upper(), part.lower(), part))


def test_the_gate_mends_first_and_judges_then(scratch, codes):
    """Only transforms of the work tree, only of the tenants in question; a revision cannot be mended."""
    scratch.edit("tenants/globex/transforms/invoices.sql", "SELECT\n", "select\n")
    assert [f.fix for f in scratch.judge().findings] == ["./acme gate --fix globex"]
    request = Request(scratch.folder, rules=PROJECT, cache=scratch.cache)
    assert [one.file for one in mend(request)] == [SQL]
    assert codes(scratch.judge()) == []
    assert mend(request) == []
    with pytest.raises(Usage, match="a revision has none"):
        mend(Request(scratch.folder, rules=PROJECT, head="HEAD"))
