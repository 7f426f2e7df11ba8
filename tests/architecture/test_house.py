"""The manners of the house: short modules and functions, each with its role, nothing at import, nothing of one machine."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LISTED = subprocess.run(
    ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    capture_output=True,
    text=True,
    check=True,
    timeout=60,
).stdout.split("\0")
FILES = sorted(name for name in LISTED if name and (ROOT / name).is_file() and not (ROOT / name).is_symlink())
EMPTY = {name for name in FILES if name.endswith("__init__.py") and not (ROOT / name).stat().st_size}
CODE = [
    name
    for name in FILES
    if name.startswith(("pipeline/", "stacks/", "benchmarks/")) and name.endswith(".py") and name not in EMPTY
]
MODULES = [*CODE, *(name for name in FILES if name.startswith("tests/") and name.endswith(".py"))]

MAX_MODULE, MAX_FUNCTION = 300, 40
# Longer than the house allows, each with the reason. Whatever is not here is short; whatever is here and short comes out again.
LONG_MODULES = {
    "pipeline/naming.py": "one short function for each physical name: nothing else may join the parts of one",
    "pipeline/observe/diagnosis/infrastructure.py": "a table of signatures",
    "pipeline/observe/diagnosis/load.py": "a table of signatures",
    "pipeline/observe/diagnosis/orchestration.py": "a table of signatures",
    "pipeline/observe/diagnosis/schema.py": "a table of signatures",
    "pipeline/sandbox/snowflake/ddl.py": "one short function for each DDL statement of Snowflake's that we use",
    "pipeline/sandbox/snowflake/inspection.py": "one short function for each SHOW, DESCRIBE and EXPLAIN that we use",
}
LOGIC_IN_INIT = {
    "pipeline/spec/connectors/__init__.py": "what the package is: the registry that finds each kind by its file",
}
LONG_FUNCTIONS = {
    "pipeline/validate/vocabulary.py::node_types": "a table of the SQL that a transform may hold",
}

# Where somebody works, and where packages come from: a customer's machine and mirror know neither.
MACHINES = re.compile(r"(?<![\w.])/(?:work|root|home|Users)/[A-Za-z0-9_.]|/tmp/w/")
INDEXES = re.compile(
    r"pypi\.org|pythonhosted\.org|proxy\.golang\.org|sum\.golang\.org|registry\.npmjs|artifactory", re.IGNORECASE
)


def tree(name):
    return ast.parse((ROOT / name).read_text(encoding="utf-8"))


def length(node):
    """Lines of a function without its docstring."""
    first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
    return node.end_lineno - first.lineno + 1


def functions(name):
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{name}::{node.name}", node


@pytest.mark.parametrize("name", MODULES)
def test_a_module_says_its_role(name):
    """A docstring, and its first line is a sentence and no name."""
    said = ast.get_docstring(tree(name)) or ""
    assert " " in said.partition("\n")[0], f"{name} needs a docstring that says its role"


def test_modules_are_short():
    """At most 300 lines, or in the list with the reason; the list holds nothing that became short."""
    long = {name for name in CODE if len((ROOT / name).read_text(encoding="utf-8").splitlines()) > MAX_MODULE}
    assert long == set(LONG_MODULES)


def test_functions_are_short():
    """At most 40 lines, or in the list with the reason; the list holds nothing that became short."""
    long = {where for name in CODE for where, node in functions(name) if length(node) > MAX_FUNCTION}
    assert long == set(LONG_FUNCTIONS)


@pytest.mark.parametrize("name", [name for name in CODE if name.endswith("__init__.py") and name not in LOGIC_IN_INIT])
def test_a_package_only_says_what_it_is(name):
    """Its `__init__` holds a docstring and at most what it passes on; logic has a module with a name."""
    _docstring, *rest = tree(name).body
    assert [
        type(node).__name__ for node in rest if not isinstance(node, ast.Import | ast.ImportFrom | ast.Assign)
    ] == []


@pytest.mark.parametrize("pattern", [MACHINES, INDEXES], ids=["machines", "indexes"])
def test_nothing_of_one_machine_stands_in_the_tree(pattern):
    """No path of anybody's home and no address of a package index: a clone works where it lies."""
    found = []
    for name in FILES:
        if name == "tests/architecture/test_house.py" or name.startswith("docs/reference/schemas/"):
            continue
        text = (ROOT / name).read_bytes().decode("utf-8", "ignore")
        found += [f"{name}:{number}" for number, line in enumerate(text.splitlines(), 1) if pattern.search(line)]
    assert found == []
