"""Secrets written in clear, found by their form and by what stands beside them. No finding ever shows one."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Final

from pipeline.findings import Finding, Where
from pipeline.spec.document import Document
from pipeline.spec.wording import deny

CODE: Final = "document.secret_literal"
_FORMS: Final = {
    "an AWS access key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a private key": r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY",
    "a GitHub token": r"\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_[A-Za-z0-9_]{30,}",
    "a Slack token": r"\bxox[abprs]-[A-Za-z0-9-]{10,}",
    "a signed token": r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    "a password in a url": r"[a-z]{2,10}://[^\s/@:]{1,64}:[^\s/@]{1,128}@",
    "a Stripe key": r"\b[sr]k_live_[A-Za-z0-9]{16,}",
}
_FORM: Final = re.compile("|".join(f"({form})" for form in _FORMS.values()))
_SUSPICIOUS: Final = re.compile(
    r"pass(?:word|wd|phrase)?$|pwd|secret|token(?!_url)|api_?key|private_?key|access_?key|credential", re.IGNORECASE
)
_ASSIGNED: Final = re.compile(
    r"\b(?:password|passwd|secret_?key|api_?key|access_?key|client_secret)\b[\"']?\s*[:=]\s*[\"']?([^\s\"',}]{8,})",
    re.IGNORECASE,
)
# a name, also one with the path before it, which is refused elsewhere for what it is
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,23}|[a-z][a-z0-9_-]{0,23}(?:/[a-z][a-z0-9_-]{0,23}){1,4}")
_FIX: Final = "remove it, give it to AWS Secrets Manager, and name it here; then rotate it, for it has been seen"


def in_text(file: str, text: str) -> Iterator[Finding]:
    """Known forms anywhere in a file, comments and test records too."""
    for number, line in enumerate(text.splitlines(), 1):
        if match := _FORM.search(line):
            kind = list(_FORMS)[(match.lastindex or 1) - 1]
            yield _found(Where(file, number, match.start() + 1), kind)
        elif (match := _ASSIGNED.search(line)) and _looks_random(match[1]):
            yield _found(Where(file, number, match.start(1) + 1), "a secret value")


def in_document(document: Document) -> Iterator[Finding]:
    """A value beside a key that speaks of secrets must be a name."""
    for path, spot in document.spots.items():
        key = path[-1] if path else ""
        if not (isinstance(key, str) and _SUSPICIOUS.search(key)) or spot.key is None:
            continue
        value = _at(document, path)
        if isinstance(value, str) and not _NAME.fullmatch(value) and not value.startswith("https://"):
            yield _found(document.where(path), "a value that is no name")


def told_once(findings: Collection[Finding]) -> list[Finding]:
    """One finding a pasted secret: the first of its line, and nothing else of that very place."""
    kept: list[Finding] = []
    lines: set[tuple[str, int]] = set()
    places = {finding.where for finding in findings if finding.code == CODE}
    for finding in findings:
        where = finding.where
        if finding.code == CODE and where is not None:
            kept += [finding] if (where.file, where.line) not in lines else []
            lines.add((where.file, where.line))
        elif where not in places:
            kept.append(finding)
    return kept


def _at(document: Document, path: tuple[str | int, ...]) -> object:
    value = document.value
    for part in path:
        value = value[part]
    return value


def _looks_random(text: str) -> bool:
    """At least 3 bits a character over 12 or more: no word or name reads like that."""
    counts = Counter(text)
    bits = -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())
    return len(text) >= 12 and bits >= 3 and any(c.isdigit() for c in text)


def _found(where: Where, kind: str) -> Finding:
    why = "secrets live in AWS Secrets Manager and nowhere else; here they stand by name."
    return deny(CODE, where, f"{kind} stands here in clear.", why, _FIX)
