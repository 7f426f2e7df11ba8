"""However a verdict is reached, side by side or in haste, it is the same, or says what it left out."""

from __future__ import annotations

import json
import os
import signal

import pytest

from pipeline.cli.app import main
from pipeline.errors import Unreachable
from pipeline.findings import Finding
from pipeline.gate.output.human import human
from pipeline.gate.pool import pool
from tests.unit.gate.conftest import PROJECT

SQL = "tenants/globex/transforms/invoices.sql"


def spoil(scratch) -> None:
    """A mistake for validation, for style, for a transform's test, and for policies."""
    scratch.edit(SQL, "SELECT\n", "select\n")
    scratch.edit("tenants/globex/tests/invoices/expected.csv", "2.0,two", "2.0,three")
    scratch.edit("tenants/globex/pipelines/invoices.yaml", "write: merge", "write: merge\nversion: [id, nothing]")
    scratch.edit("tenants/globex/tenant.yaml", "[emea]", "[nobody]")


def test_processes_of_its_own_change_no_verdict(scratch):
    """What is found side by side is what is found one after the other, and is remembered alike."""
    spoil(scratch)
    alone = scratch.judge(cache=None)
    beside = scratch.judge(workers=2)
    assert beside.findings == alone.findings
    assert {"transform.style", "tenant.owners_known"} < {finding.code for finding in beside.findings}
    assert scratch.judge().findings == alone.findings


def test_in_haste_only_files_are_looked_at(scratch, codes):
    """No policy and no transform's test, so OPA need not be there; what is left out is said in every format."""
    spoil(scratch)
    (scratch.folder / "tenants/globex/connectors/link.yaml").symlink_to("/etc/hostname")
    verdict = scratch.judge(fast=True, opa_program=None)
    assert {"document.symlink", "transform.style"} <= set(codes(verdict))
    assert not {code for code in codes(verdict) if code.startswith(("tenant.", "transform.test"))}
    assert verdict.left_out == "policies and transforms' tests"
    assert f"not asked: {verdict.left_out}\n" in human(verdict)


def test_what_was_tested_before_is_known_in_haste(scratch, codes):
    """A test that failed a moment ago is not forgotten by the commit that follows."""
    scratch.edit("tenants/globex/tests/invoices/expected.csv", "2.0,two", "2.0,three")
    assert "transform.test_failed" in codes(scratch.judge())
    assert codes(scratch.judge(fast=True)) == ["transform.test_failed"]


def die() -> list[Finding]:
    os.kill(os.getpid(), signal.SIGKILL)
    return []


def test_a_process_that_dies_is_the_worlds_failure():
    """Killed for want of memory, most likely: no traceback, no verdict, and a way on."""
    with pool(1) as work, pytest.raises(Unreachable, match="ended before it answered"):
        work(die)()


def test_stdout_holds_one_json_document_whatever_is_mended(scratch, capsys):
    """What was written anew is told on stderr; a file gets the same verdict in its own format."""
    scratch.edit(SQL, "SELECT\n", "select\n")
    summary = scratch.folder.parent / "verdict.md"
    words = ["--repo", str(scratch.folder), "gate", "globex", "--fix", "--fast", "--json", "--rules", str(PROJECT)]
    assert main([*words, "--output", str(summary)]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["verdict"] == "allow"
    assert said.err == f"{SQL}: 1 line written anew (CP01)\n"
    assert summary.read_text(encoding="utf-8").startswith("## allowed: `globex`\n")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--fix", "--head", "HEAD"], "a revision has none"),
        (["--format", "yaml"], "invalid choice"),
        (["--output", "nowhere/x.md", "--fast"], "cannot be written"),
    ],
)
def test_wrong_words_are_told_as_such(scratch, capsys, words, says):
    """Exit code 2, one sentence, and nothing on stdout."""
    assert main(["--repo", str(scratch.folder), "gate", "globex", "--rules", str(PROJECT), *words]) == 2
    said = capsys.readouterr()
    assert says in said.err
    assert said.out == ""
