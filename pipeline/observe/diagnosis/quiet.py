"""When nothing failed, although the text looks alarming.

Three ways: every line is harmless talk (a deprecation, a count of zero); the task itself says afterwards that it succeeded;
or what failed was tried again and then went well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_HARMLESS = re.compile(
    r"\w*(?:Deprecat|FutureWarn|UserWarn|RemovedIn|SAWarn|CryptographyDeprec|ResourceWarn)\w*"
    r'|^\s*File "[^"]*", line \d+, in '
    r"|\bdeprecated\b.*\b(?:use|instead|will)\b|"
    r"\b(?:no|0|zero) (?:import )?(?:errors?|failures?|failed|orphaned|duplicates?|warnings?|"
    r"conflicts?)\b(?!.*\b[1-9]\d* (?:fail|error))|"
    r"\b(?:errors?|failed|failures|rejected|duplicates)[\"']?[=:] ?\"?0\b(?!.*\b(?:failed|"
    r"errors?)[\"']?[=:] ?\"?[1-9])"
    r'|"success": ?true|\[PASS(?:ED)?\b|\bOK (?:created|loaded|snapshotted|hook)\b|\bPASS (?:\w+ )?(?:freshness|of|in)\b'
    r"|Adopting or resetting orphaned|Heartbeat recovered|exit ?code[= ]0\b|"
    r"externally set to (?:success|skipped)|"
    r"already registered for DAG|incompatible version of '|native-hadoop",
    re.IGNORECASE,
)
_BAD_END = re.compile(
    r"\b(?:ERROR|CRITICAL|FATAL|SEVERE)\b(?!=0)|level\": ?\"(?:error|critical|fatal)\"|\[error|"
    r"Traceback|Marking task as (?:FAILED|UP_FOR_RETRY)|\b(?:gave|giving|gives) up\b|"
    r"final_state\"?: ?\"failed|return code [1-9]|"
    r"exit(?:ed|s)?(?: with)?(?: return)?[ _]?(?:code|status)?[\"':= ]+-?[1-9]|\broll(?:ed|ing)? ?back|"
    r"\baborted|not (?:started|published|loaded|written|committed|copied|sent|touched)|"
    r"\bleft (?:out|for)|quarantine|same (?:answer|result|error)",
    re.IGNORECASE,
)
_COMPLAINT = re.compile(
    r"\bfail(?!_open|ed[=:\" ]+0|over)|errors?\b(?![\"']?[=:] ?0)|exception|\bdenied|\brefus|\brejected|"
    r"\bviolat|\binvalid\b|mismatch|\bcannot\b|could not|\bunable\b|not found|\bkilled\b|timed out",
    re.IGNORECASE,
)
_SURE = re.compile(
    r"Marking task as SUCCESS|final_state\"?: ?\"success|\bstate=success|return code 0\b|"
    r"Apply complete!|\bNo changes\.|update succeeded",
    re.IGNORECASE,
)
_GOOD_END = re.compile(
    r"(?<!not )\bsucce(?:ss|eded|ssfully|ssful)\b|\bcomplete[d]?\b|\bfinished\b(?! \(failed)|"
    r"\b(?:200|201|204)\b|\brecovered\b|\bis back\b|"
    r"\b(?:loaded|published|committed|merged|landed|uploaded|fetched|copied|written|received|"
    r"delivered)\b|"
    r"\bPASS(?:ED)?\b|\bok\b|\bdone\b|\bhealthy\b",
    re.IGNORECASE,
)
_BUT = re.compile(
    r"\bother|\bothers\b|\bremaining\b|\brest\b|\bfurther\b|\bbefore\b|\b0 (?:rows|files|of)\b|"
    r"(\d+) of (?!\1\b)\d+|until|earlier|previous",
    re.IGNORECASE,
)
_RAISED = re.compile(r"\w(?:Error|Exception|Violation|Invalid)\b", re.IGNORECASE)
_WELL = re.compile(
    r"(?<!not )\bsucce(?:ss|eded|ssfully)\b|\bcomplete[d]?\b|\bfinished\b|\bdifference 0\b", re.IGNORECASE
)
_SECOND_TRY = re.compile(
    r"\bretry|\bretri|\bagain\b|\b(?:attempt|try) [2-9]|\brefreshed|\breconnect|\bback-?off|\brenewed|"
    r"\bfall(?:s|ing)? back|\brecovered|\bresum(?:ed|ing)\b|\bre-?established",
    re.IGNORECASE,
)


def harmless(line: str) -> bool:
    """Whether a line says nothing of a failure, whatever words it holds."""
    return _HARMLESS.search(line) is not None


def recovered(lines: Sequence[str], last_evidence: int) -> bool:
    """Whether what failed was tried again and then went well, with no bad end after the last evidence."""
    after = lines[last_evidence:]
    if any(_BAD_END.search(line) for line in after):
        return False
    tried = next((n for n, line in enumerate(lines) if n >= last_evidence - 1 and _SECOND_TRY.search(line)), None)
    return tried is not None and any(
        _GOOD_END.search(line) and not _BUT.search(line) for line in lines[max(tried, last_evidence) :]
    )


def ends_well(lines: Sequence[str], last_evidence: int) -> bool:
    """Whether the task itself says, after the evidence, that it succeeded."""
    return any(_SURE.search(line) for line in lines[last_evidence:])


def ends_mildly(lines: Sequence[str]) -> bool:
    """Whether nothing worse than a warning was said, and the last word is a good one."""
    last = next((line for line in reversed(lines) if line.strip()), "")
    bad = any(_BAD_END.search(line) or _RAISED.search(line) for line in lines)
    return not bad and _WELL.search(last) is not None and not _BUT.search(last)


def complains(lines: Sequence[str]) -> bool:
    """Whether any line says in plain words that something went wrong."""
    return any(_BAD_END.search(line) or _COMPLAINT.search(line) for line in lines)
