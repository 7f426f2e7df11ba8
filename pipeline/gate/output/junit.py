"""A verdict as JUnit XML: one suite for each tenant and one for the repository, one case for each finding.

Pure. A finding that denies is a failure, a waived one is skipped, a warning is a case that passes and says so. A suite
without a finding holds one case that passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from pipeline.findings import Finding
from pipeline.gate.verdict import Verdict

REPOSITORY = "repository"


def junit(verdict: Verdict) -> str:
    """The document, with its declaration."""
    names = sorted({*verdict.tenants, *(f.tenant for f in verdict.findings if f.tenant)})
    suites = [_suite(verdict, name, [f for f in verdict.findings if f.tenant == name]) for name in names]
    suites.insert(0, _suite(verdict, REPOSITORY, [f for f in verdict.findings if f.tenant is None]))
    totals = {key: str(sum(int(suite.get(key, "0")) for suite in suites)) for key in ("tests", "failures")}
    root = Element("testsuites", {"name": "acme gate", **totals, "errors": "0", "time": f"{verdict.seconds:.3f}"})
    root.extend(suites)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode")


def _suite(verdict: Verdict, name: str, findings: Sequence[Finding]) -> Element:
    cases = [_case(finding) for finding in findings] or [Element("testcase", classname=name, name="no finding")]
    counts = {
        "tests": str(len(cases)),
        "failures": str(sum(finding.denies for finding in findings)),
        "skipped": str(sum(finding.waiver is not None for finding in findings)),
    }
    suite = Element("testsuite", {"name": name, **counts, "errors": "0"})
    suite.append(_properties(verdict))
    suite.extend(cases)
    return suite


def _properties(verdict: Verdict) -> Element:
    said = verdict.document()
    told = {key: said[key] for key in ("verdict", "base", "head", "checks")} | {
        "compared": verdict.compared,
        "left_out": verdict.left_out,
    }
    properties = Element("properties")
    for name, value in told.items():
        SubElement(properties, "property", name=name, value="" if value is None else str(value))
    return properties


def _case(finding: Finding) -> Element:
    place = str(finding.where or finding.tenant or REPOSITORY)
    case = Element("testcase", classname=finding.tenant or REPOSITORY, name=f"{finding.code} {place}")
    if finding.waiver:
        SubElement(case, "skipped").text = f"{finding.waiver.owner}: {finding.waiver.reason}"
    elif finding.denies:
        SubElement(case, "failure", type=finding.code, message=finding.what).text = finding.sentence()
    else:
        SubElement(case, "system-out").text = f"{finding.level}: {finding.sentence()}"
    return case
