"""Every code has an example that is refused with it and one that is let through.

An example is a patch onto a real tenant: `tests/findings/<code>/example.yaml` holds {tenant, refused: [edit], at, allowed:
[edit]}. An edit is {file} and one of {find, write} | {text} | {base64} | {remove} | {link} | {many} | {repeat, times}; `at`
is where the finding must stand, from the tenant's folder.
"""

import ast
import base64
import shutil
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from pipeline.findings import denied
from pipeline.validate.tenant import validate_tenant

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
SUBJECTS = ("document", "reference", "contract", "mapping", "transform")
EXAMPLES = sorted(
    path.parent.name for path in HERE.glob("*/example.yaml") if path.parent.name.split(".")[0] in SUBJECTS
)


def codes_in_source():
    """Every code that a rule may say: whole ones, and those of a statement's faults, which are a transform's."""
    found = set()
    for path in [*(REPOSITORY / "pipeline/spec").rglob("*.py"), *(REPOSITORY / "pipeline/validate").rglob("*.py")]:
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
    return YAML(typ="safe", pure=True).load((HERE / code / "example.yaml").read_text(encoding="utf-8"))


def patched(folder, tenant, edits):
    """A repository that holds the tenant with these edits."""
    root = folder / "tenants" / tenant
    shutil.copytree(REPOSITORY / "tenants" / tenant, root)
    for edit in edits:
        apply(root / edit["file"], edit)
    return folder


def apply(path, edit):
    path.parent.mkdir(parents=True, exist_ok=True)
    if "find" in edit:
        text = path.read_text(encoding="utf-8")
        assert edit["find"] in text, f"{edit['find']!r} is not in {path.name}"
        path.write_text(text.replace(edit["find"], edit["write"], 1), encoding="utf-8")
    elif "text" in edit:
        path.write_text(edit["text"], encoding="utf-8")
    elif "base64" in edit:
        path.write_bytes(base64.b64decode(edit["base64"]))
    elif "link" in edit:
        path.symlink_to(edit["link"])
    elif "repeat" in edit:
        path.write_text(path.read_text(encoding="utf-8") + edit["repeat"] * edit["times"], encoding="utf-8")
    elif "many" in edit:
        for number in range(edit["many"]):
            (path.parent / f"{number}{path.suffix}").write_text("a\n", encoding="utf-8")
    else:
        path.unlink()


def test_every_code_has_its_examples():
    """A code without a folder cannot stand."""
    assert codes_in_source() - set(EXAMPLES) == set()


def test_every_example_is_of_a_code():
    """A folder whose code nobody says any more cannot stand either."""
    assert set(EXAMPLES) - codes_in_source() == set()


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_refused_example_is_refused_with_its_code(code, tmp_path):
    """The finding has the code, stands where it should, and says how to mend it."""
    example = example_of(code)
    findings = validate_tenant(patched(tmp_path, example["tenant"], example["refused"]), example["tenant"])
    found = [finding for finding in findings if finding.code == code]
    assert found, [f.sentence() for f in findings]
    assert all(f.what and f.fix and f.stage == "validate" and f.tenant == example["tenant"] for f in found)
    if "at" in example:
        assert str(found[0].where) == f"tenants/{example['tenant']}/{example['at']}"


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_allowed_example_is_let_through(code, tmp_path):
    """Close to the refused one, and nothing denies it."""
    example = example_of(code)
    findings = validate_tenant(patched(tmp_path, example["tenant"], example["allowed"]), example["tenant"])
    assert not denied(findings), [f.sentence() for f in findings]
    assert code not in {finding.code for finding in findings}
