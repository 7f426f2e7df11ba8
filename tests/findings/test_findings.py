"""Every code has an example that is refused with it and one that is let through.

An example is a patch onto a real tenant; pipeline/cli/reference/example.py says what stands in it.
"""

import ast
from pathlib import Path

import pytest

from pipeline.cli.reference import example
from pipeline.findings import denied

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
SUBJECTS = ("document", "reference", "contract", "mapping", "transform", "rehearsal", "probe")
ROOMS = ("spec", "validate")
# of the gate, what asks nobody
PURE = (
    "pipeline/gate/rehearsal.py",
    "pipeline/gate/probes/drift.py",
    "pipeline/gate/sql_style.py",
    "pipeline/gate/transform_test.py",
)
EXAMPLES = sorted(
    path.parent.name for path in HERE.glob("*/example.yaml") if path.parent.name.split(".")[0] in SUBJECTS
)


def codes_in_source():
    """Every code that a rule may say: whole ones, and those of a statement's faults, which are a transform's."""
    found = set()
    rooms = [path for room in ROOMS for path in (REPOSITORY / "pipeline" / room).rglob("*.py")]
    for path in [*(REPOSITORY / name for name in PURE), *rooms]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                subject, dot, rule = node.value.partition(".")
                if subject in SUBJECTS and dot and rule.replace("_", "a").isalpha():
                    found.add(node.value)
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in ("Fault", "fault"):
                    found.add(f"transform.{node.args[0].value}")
    return {code for code in found if not code.endswith((".yaml", ".sql"))}


def example_of(code):
    return example.read(REPOSITORY, code)


def test_every_code_has_its_examples():
    """A code without a folder cannot stand."""
    assert codes_in_source() - set(EXAMPLES) == set()


def test_every_example_is_of_a_code():
    """A folder whose code nobody says any more cannot stand either."""
    assert set(EXAMPLES) - codes_in_source() == set()


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_refused_example_is_refused_with_its_code(code, tmp_path):
    """The finding has the code, stands where it should, and says how to mend it."""
    told = example_of(code)
    findings = example.judged(REPOSITORY, tmp_path, told, told["refused"])
    found = [finding for finding in findings if finding.code == code]
    assert found, [f.sentence() for f in findings]
    assert all(f.what and f.fix and f.stage in ("validate", "gate") and f.tenant == told["tenant"] for f in found)
    if "at" in told:
        assert str(found[0].where) == f"tenants/{told['tenant']}/{told['at']}"


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_allowed_example_is_let_through(code, tmp_path):
    """Close to the refused one, and nothing denies it."""
    told = example_of(code)
    findings = example.judged(REPOSITORY, tmp_path, told, told["allowed"])
    assert not denied(findings), [f.sentence() for f in findings]
    assert code not in {finding.code for finding in findings}
