"""One verdict in five formats: each as its schema wants it, each saying the same, and none obeying what it quotes."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree.ElementTree import XML

import pytest

from pipeline.errors import Usage
from pipeline.findings import Finding, Where
from pipeline.gate.effect import Effects
from pipeline.gate.output.formats import FORMATS, write, written
from pipeline.gate.output.markdown import code, markdown, words
from pipeline.gate.plain import plain
from tests.unit.gate.output.conformance import junit_faults, sarif_faults
from tests.unit.gate.output.sample import BASE, FINDINGS, HARM, HEAD, harmful, verdict

GOLDEN = Path(__file__).parents[3] / "golden" / "gate"
FILES = {"human": "verdict.txt", "json": "verdict.json", "sarif": "verdict.sarif", "junit": "verdict.xml"}
EFFECTS = Effects(
    lost=("globex: column `note` of table `invoices` can be read no more",),
    contracts=("globex: table `invoices` 1.2.0 → 2.0.0, breaking, read by `transforms/totals.sql`",),
    loads=("globex: `invoices` gets a new epoch",),
    way_back=("restores 2 files, nobody else is taken along",),
)


@pytest.mark.parametrize("format_", FILES)
def test_a_verdict_is_written_as_it_was(format_):
    """Byte for byte what other tools and people read today; a change of it is seen in review."""
    assert written(verdict(), format_) == (GOLDEN / FILES[format_]).read_text(encoding="utf-8")


def test_the_summary_is_written_as_it_was():
    """The reviewer's order: verdict, lost, access, contracts, loads, resources, the way back, waivers, evidence."""
    text = markdown(verdict(), EFFECTS, date(2026, 2, 1))
    assert text == (GOLDEN / "verdict.md").read_text(encoding="utf-8")
    titles = re.findall(r"^(?:## (\w+)|\*\*(.+)\*\*$|<details><summary>(\w+))", text, re.MULTILINE)
    assert ["".join(found) for found in titles] == [
        "refused",
        "Destroyed, or unreadable from now on",
        "Access",
        "Contracts",
        "Loads",
        "Resources",
        "`git revert` of this change",
        "Waivers used",
        "Evidence",
    ]


@pytest.mark.parametrize(
    "subject", [verdict(), verdict(()), verdict((), ()), harmful()], ids=["all", "none", "empty", "harm"]
)
def test_each_format_is_what_its_schema_wants(subject):
    """SARIF by the standard's schema, JUnit by Jenkins' schema, whatever the findings quote."""
    assert sarif_faults(written(subject, "sarif")) == []
    assert junit_faults(written(subject, "junit")) == []


def test_the_schemas_do_refuse():
    """A log without a version and a report without a name are found out."""
    assert sarif_faults('{"runs": [{"tool": {"driver": {}}}]}')
    assert junit_faults('<testsuites><testsuite tests="1" odd="1"><testcase/>text</testsuite></testsuites>') == [
        "testsuite has odd",
        "testsuite lacks name",
        "testcase lacks name",
    ]


@pytest.mark.parametrize("subject", [verdict(), verdict(FINDINGS[3:]), verdict(())], ids=["denies", "waived", "none"])
def test_all_formats_give_the_same_verdict(subject):
    """Verdict, base, head and every finding with its weight are the same wherever one looks."""
    told = json.loads(written(subject, "json"))
    expected = [(f["code"], "waived" if f["waiver"] else f["level"]) for f in told["findings"]]
    [run] = json.loads(written(subject, "sarif"))["runs"]
    junit = XML(written(subject, "junit"))
    text, summary = written(subject, "human"), markdown(subject, EFFECTS, date(2026, 2, 1))
    word = "refused" if told["verdict"] == "deny" else "allowed"

    assert (run["properties"]["verdict"], run["properties"]["base"], run["properties"]["head"]) == (
        told["verdict"],
        BASE,
        HEAD,
    )
    assert [(r["ruleId"], _weight(r)) for r in run["results"]] == expected
    assert (junit.get("failures") != "0") == (told["verdict"] == "deny")
    assert sorted(
        (case.get("name").split()[0], _outcome(case)) for case in junit.iter("testcase") if len(case)
    ) == sorted(expected)
    assert text.splitlines()[-1].startswith(f"{word}: globex, initech: {subject.tally}")
    assert summary.startswith(f"## {word}: `globex`, `initech`\n\n{subject.tally}.")
    for code_, weight in expected:
        assert re.search(rf"  {re.escape(code_)}  {weight}", text)
        assert re.search(rf"\*\*{weight}\*\* `{re.escape(code_)}`|`{re.escape(code_)}` .*days left", summary)


def _weight(result):
    return (
        "waived"
        if result.get("suppressions")
        else {"error": "deny", "warning": "warn", "note": "info"}[result["level"]]
    )


def _outcome(case):
    [said] = case
    return {"failure": "deny", "skipped": "waived"}.get(said.tag) or said.text.partition(":")[0]


@pytest.mark.parametrize("format_", FORMATS)
def test_nothing_that_a_finding_quotes_moves_a_terminal(format_):
    """Whatever stands in a file, its name or a waiver: every character of the output can be seen, or breaks a line."""
    text = written(harmful(), format_)
    assert {character for character in text if not character.isprintable()} <= {"\n"}
    assert "\\x1b[2J" in text.replace("\\\\", "\\") or "%5Cx1b" in text


@pytest.mark.parametrize("format_", FORMATS)
def test_nothing_that_a_finding_quotes_speaks_to_the_workflow(format_):
    """No line of any output is one that a runner takes for a command, old form or new."""
    text = written(harmful(), format_)
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::") or "##[" in line]


def test_nothing_that_a_finding_quotes_is_markdown():
    """Outside of code the summary holds no link, picture, mention, HTML or heading but its own."""
    text = markdown(harmful(), EFFECTS, date(2026, 2, 1))
    bare = re.sub(r"(?m)^ *(`{3,})text\n.*?^ *\1$", "", text, flags=re.DOTALL)
    bare = re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", bare)
    assert not re.search(r"https?:|www\.|@|#\d|!\[|\]\(|\|", bare)
    own = ("<br>", "<details>", "</details>", "<summary>", "</summary>")
    assert set(re.findall(r"</?\w+[^>]*>?|<!--", bare)) <= set(own)
    assert re.findall(r"(?m)^\s*#.*$", bare) == re.findall(r"(?m)^## refused: .*$", bare)


def test_a_summary_stays_short_whatever_is_found():
    """Hundreds of long findings are cut and counted; a runner takes a megabyte at most."""
    long = Finding("tenant.x", "deny", "gate", "\n".join(["x" * 900] * 99), "y" * 9000, "z" * 9000, "globex")
    many = tuple(replace(long, where=Where("a" * 300, number)) for number in range(300))
    text = markdown(verdict(many), Effects(lost=("lost",) * 99))
    assert len(text.encode()) < 900_000
    assert "- and 250 more, in the verdict's other outputs" in text
    assert "- and 69 more" in text


@pytest.mark.parametrize("harm", [*HARM, "`", "``", "` a", "a `b` c `", "\\`", ""])
def test_code_cannot_be_left(harm):
    """A code span's fence is longer than any run of backticks in it, and the text is one line."""
    span = code(plain(harm))
    fence = re.match(r"`+", span)[0]
    assert span.endswith(fence) and "\n" not in span
    inner = span[len(fence) : -len(fence)]
    assert fence not in re.findall(r"`+", inner)
    assert not inner.startswith("`") and not inner.endswith("`")


def test_words_stay_readable():
    """A plain sentence stands as it is; names and paths become code."""
    said = words("`supplier_id` is filled by no column of transforms/invoices.sql, line 3 (new).")
    assert said == "`supplier_id` is filled by no column of `transforms/invoices.sql`, line 3 (new)."


def test_spans_of_code_never_touch():
    """Two fences side by side would be read as one longer fence, and what they hold would come free."""
    assert words("table `a`: breaking, `b`#c and `d``e`") == "table `a`: breaking, `b` `#c` and `d` `e`"


def test_an_alert_is_known_again_after_lines_moved():
    """Code scanning's fingerprint does not hang on the line; two findings alike get two."""
    first = FINDINGS[1]
    moved = type(first)(**{**first.__dict__, "where": type(first.where)(first.where.file, 9, 1)})
    marks = [_marks(verdict((one,))) for one in (first, moved)]
    assert marks[0] == marks[1]
    assert len(set(_marks(verdict((first, moved))))) == 2


def _marks(subject):
    results = json.loads(written(subject, "sarif"))["runs"][0]["results"]
    return [result["partialFingerprints"]["primaryLocationLineHash"] for result in results]


def test_files_are_written_by_their_endings_and_whole(tmp_path):
    """Each file in the format that its name asks for; a name that asks for nothing gets what stdout shows."""
    names = ["v.txt", "v.json", "v.sarif", "v.xml", "v.md", "plain"]
    write(verdict(), [tmp_path / name for name in names], "junit")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    assert json.loads((tmp_path / "v.json").read_text())["verdict"] == "deny"
    assert (tmp_path / "v.md").read_text().startswith("## refused")
    assert (tmp_path / "plain").read_text() == (tmp_path / "v.xml").read_text()


def test_a_file_that_cannot_be_written_is_a_wrong_word(tmp_path):
    """A folder that is not there is named, and nothing half written is left."""
    with pytest.raises(Usage, match="cannot be written"):
        write(verdict(), [tmp_path / "nowhere" / "v.json"], "human")
    (tmp_path / "v.json").mkdir()
    with pytest.raises(Usage, match="cannot be written"):
        write(verdict(), [tmp_path / "v.json"], "human")
    assert [path.name for path in tmp_path.iterdir()] == ["v.json"]
