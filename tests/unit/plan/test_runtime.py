"""The runtime: same code, same bytes; only what ships; and a DAG file that finds it."""

import ast
import os
import shutil
import time
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from pipeline.plan import dag_file, runtime

PACKAGE = Path(__file__).parents[3] / "pipeline"


@pytest.fixture(scope="module")
def built():
    return runtime.build(PACKAGE)


def test_the_same_code_is_the_same_zip(built, tmp_path):
    """Neither the clock nor a file's times and owner stand in the bytes."""
    copy = tmp_path / "pipeline"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for path in copy.rglob("*.py"):
        os.utime(path, (time.time() - 10**6,) * 2)
    assert runtime.build(copy).digest == built.digest


def test_other_code_is_another_runtime(built, tmp_path):
    """A changed line in the data plane is a new runtime; one in the control plane is not."""
    copy = tmp_path / "pipeline"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "plan" / "step.py").write_text("")
    assert runtime.build(copy).digest == built.digest
    (copy / "publish" / "fence.py").write_text("")
    assert runtime.build(copy).digest != built.digest


def test_it_holds_what_ships_and_nothing_of_the_control_plane(built):
    """Tenants' tasks carry no code that could deploy."""
    names = zipfile.ZipFile(BytesIO(built.content)).namelist()
    assert "pipeline/dag.py" in names
    assert not [name for name in names if name.split("/")[1] in {"apply", "plan", "gate", "spec", "sandbox", "cli"}]


def test_everything_that_shipped_code_imports_ships_too(built):
    """The zip alone is enough: an import of a module that stayed behind would fail in Airflow only."""
    archive = zipfile.ZipFile(BytesIO(built.content))
    shipped = {name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name in archive.namelist()}
    for name in archive.namelist():
        for node in ast.walk(ast.parse(archive.read(name))):
            modules = (
                [node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in getattr(node, "names", [])]
            )
            if isinstance(node, ast.Import | ast.ImportFrom):
                ours = [module for module in modules if module and module.split(".")[0] == "pipeline"]
                assert set(ours) <= shipped, name


def test_no_value_of_the_document_becomes_code():
    """Quotes, backslashes and braces stay what they are: the document stands in the file as a literal."""
    content = {
        "tenant": "globex",
        "runtime": "0" * 64,
        "nasty": '"""; raise SystemExit("out"); \\\'{x}',
        "pipelines": {},
    }
    tree = ast.parse(dag_file.text_of(content))
    call = tree.body[-1].value.args[0]
    assert ast.literal_eval(call.args[0]) == content
