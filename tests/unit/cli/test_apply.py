"""`acme apply --plan FILE`: what no plan approved is not applied."""

from __future__ import annotations

import pytest

from pipeline.cli import app
from pipeline.cli.apply import read_plan
from pipeline.cli.plan import write
from pipeline.errors import Usage


@pytest.mark.parametrize("content", ["{", "[]", '{"globex": []}', None])
def test_what_is_no_plan_approves_nothing(tmp_path, content):
    """A missing file and one of another shape are wrong words, and never an apply without a plan."""
    file = tmp_path / "plan.json"
    if content is not None:
        write(file, content)
    with pytest.raises(Usage, match="is no plan that can be read"):
        read_plan(file)


def test_a_tenant_that_the_plan_does_not_name_is_refused(tmp_path, monkeypatch, capsys):
    """Without this, a plan of one tenant would let every other one pass unseen."""
    file = tmp_path / "plan.json"
    write(file, '{"initech": {"steps": []}}')
    monkeypatch.setattr("pipeline.cli.world.Hands", lambda *_: None)
    assert app.main(["apply", "globex", "--plan", str(file)]) == 2
    assert "approves nothing of globex" in capsys.readouterr().err


def test_a_plan_that_cannot_be_written_is_a_wrong_word(tmp_path):
    """The fix names the flag."""
    with pytest.raises(Usage, match="name another file by --out"):
        write(tmp_path / "nowhere" / "plan.json", "{}")
