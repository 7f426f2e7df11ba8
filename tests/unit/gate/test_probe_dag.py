"""The DAG file in the real Airflow: what it cannot build, what its runtime imports and nobody has; asked once a content."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.gate.probes import dag
from pipeline.gate.probes.subject import Hands, Subject
from pipeline.plan import dag_file, runtime
from pipeline.settings import Environment, Snowflake
from pipeline.spec.compilation import compile_release, settings_document
from pipeline.spec.tenant import read_tenant

ROOT = Path(__file__).parents[3]


@pytest.fixture
def subject(toolset, tmp_path):
    """Globex's DAG file, one of its pipelines broken, over a runtime that imports a package which is nowhere."""
    tenant = read_tenant(ROOT, "globex")[0]
    release, settings = compile_release(tenant), settings_document(tenant, "staging")
    built = runtime.build(ROOT / "pipeline")
    out = io.BytesIO(built.content)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("pipeline/odd.py", "def late():\n    import nowhere_to_be_found\n")
    document = dag_file.document(release, settings, built.digest)
    del document["pipelines"]["vendors"]["timeout_minutes"]
    return Subject(
        Environment("staging", "eu-west-1", "111111111111", Snowflake("none")),
        release,
        settings,
        Hands(lambda _: None, lambda: None, toolset.airflow_python, tmp_path / "cache"),
        tenant,
        dag_file=dag_file.text_of(document),
        runtime=(built.digest, out.getvalue()),
    )


def test_the_real_airflow_builds_the_file_and_tells_what_it_cannot(subject, monkeypatch):
    """The broken pipeline with its reason, the missing package; a second look at the same content asks nobody."""
    found = list(dag.ask(subject))
    assert [finding.code for finding in found] == ["probe.package_missing", "probe.dag_broken"]
    assert "`nowhere_to_be_found`" in found[0].what
    assert "Airflow 3." in found[0].what
    assert "globex__vendors: KeyError: 'timeout_minutes'" in found[1].what
    assert found[1].where.file == "tenants/globex/pipelines/vendors.yaml"
    monkeypatch.setattr(dag, "_seen", lambda _: pytest.fail("it was asked again"))
    assert list(dag.ask(subject)) == found


def test_without_an_airflow_in_time_the_question_stays_open(subject, monkeypatch):
    """That is told with the command that makes one; it stops a priority tenant alone."""
    monkeypatch.setattr(dag, "TIMEOUT_S", 0.01)
    assert [(told.code, told.level) for told in dag.ask(subject)] == [("probe.unanswered", "info")]
    for tier, level in (("standard", "info"), ("priority", "deny")):
        nobody = replace(
            subject, hands=replace(subject.hands, airflow=None), settings={**subject.settings, "tier": tier}
        )
        (told,) = dag.ask(nobody)
        assert (told.code, told.level, told.fix.partition(";")[0]) == ("probe.unanswered", level, "./acme doctor --fix")


def test_what_the_file_should_hold_and_does_not_is_told(subject):
    """A DAG that is not there; a file that cannot be read at all speaks for all of its DAGs."""
    dags = {f"globex__{name}": "" for name in ("purchase_orders", "purchase_order_lines")}
    seen = {"airflow": "3.3.1", "missing": [], "errors": [], "dags": dags}
    (gone,) = dag._findings(subject, seen)
    assert "globex__vendors" in gone.what
    (unread,) = dag._findings(subject, {**seen, "errors": ["SyntaxError: invalid syntax"], "dags": {}})
    assert "SyntaxError" in unread.what
