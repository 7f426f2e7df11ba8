"""A verdict for people: every finding with its place, the line itself under a caret, why, and the fix; then one line of sum.

Pure text; the same verdict always reads the same, but for the seconds.
"""

from __future__ import annotations

from collections.abc import Collection

from pipeline.findings import Finding
from pipeline.gate.change import Files
from pipeline.gate.verdict import Verdict

WIDTH = 110


def human(verdict: Verdict) -> str:
    """The whole text, without a line break at its end."""
    hidden = {f.where and (f.where.file, f.where.line) for f in verdict.findings if "secret" in f.code}
    files = verdict.change.head_files if verdict.change else {}
    blocks = [_block(finding, files, hidden) for finding in verdict.findings]
    return "\n\n".join([*blocks, _sum(verdict)])


def _block(finding: Finding, files: Files, hidden: Collection[object]) -> str:
    place = finding.where or finding.tenant or "repository"
    head = f"{place}  {finding.code}  {_weight(finding)}"
    said = [finding.what, finding.why, f"fix: {finding.fix}" if finding.fix else ""]
    lines = [f"  {line}" for part in said for line in part.splitlines()]
    return "\n".join([head, *_frame(finding, files, hidden), *lines])


def _weight(finding: Finding) -> str:
    if finding.waiver is None:
        return finding.level
    return f"waived until {finding.waiver.until} by {finding.waiver.owner}: {finding.waiver.reason}"


def _frame(finding: Finding, files: Files, hidden: Collection[object]) -> list[str]:
    """The line with a caret below its column. Not where a secret stands in it, whatever else is wrong there."""
    where = finding.where
    content = files.get(where.file) if where and where.line else None
    if where is None or content is None or (where.file, where.line) in hidden:
        return []
    lines = content.decode("utf-8", "replace").splitlines()
    if where.line > len(lines):
        return []
    text = "".join(c if c.isprintable() else " " for c in lines[where.line - 1]).replace("##[", "# [")
    start = max(0, where.column - WIDTH + 20)
    caret = " " * (max(where.column, 1) - 1 - start) + "^"
    return [f"  {where.line:>5} | {text[start : start + WIDTH]}", f"        | {caret}"]


def _sum(verdict: Verdict) -> str:
    tenants = ", ".join(verdict.tenants) if len(verdict.tenants) <= 5 else f"{len(verdict.tenants)} tenants"
    compared = f"compared with {verdict.compared}\n" if verdict.compared else ""
    compared += f"not asked: {verdict.left_out}\n" if verdict.left_out else ""
    return f"{compared}{verdict.word}: {tenants or 'no tenant'}: {verdict.tally}, {verdict.seconds:.1f} s"
