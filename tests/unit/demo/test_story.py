"""The demo's frame: how steps are told, and what a failed one says and does."""

import pytest

from pipeline.demo.story import WIDTH, Story, last_error, line, reason, tell
from pipeline.errors import Denied


def story(tmp_path, answer=({}, 0)):
    return Story(tmp_path, tmp_path, lambda _: answer)


def refused(_):
    raise Denied("no right to look.", where="the lake", why="Its role is narrow.", fix="ask")


def test_signs_stand_below_each_other():
    """Whatever a step says, its sign is in the same column; what more it says stands below."""
    heads = [line("a", "short\nmore", 1, ok=True), line("b", "x" * WIDTH, 100, ok=True), line("c", "y", 9, ok=False)]
    assert len({head.splitlines()[0].index(sign) for head, sign in zip(heads, "✓✓✗", strict=True)}) == 1
    assert heads[0].splitlines()[1].strip() == "more"


def test_a_failed_step_ends_the_story_and_says_what_why_fix_and_where(tmp_path, capsys):
    """The steps after it do not run, the report is not ok, and nothing of the error is cut."""
    report = tell(story(tmp_path), [("first", lambda _: "well"), ("second", refused), ("third", lambda _: "never")])
    assert not report.ok
    assert [(step["name"], step["ok"]) for step in report.steps] == [("first", True), ("second", False)]
    said = " ".join(capsys.readouterr().err.split())
    for part in ("the lake: no right to look.", "Its role is narrow.", "fix: ask", f"logs: {story(tmp_path).logs}"):
        assert part in said


def test_a_bug_is_told_and_raised(tmp_path, capsys):
    """What is no failure of the world ends in the step's line, the report, and a traceback for whoever catches it."""
    told = story(tmp_path)
    with pytest.raises(ZeroDivisionError):
        tell(told, [("only", lambda _: str(1 / 0))])
    assert told.report.steps[0]["ok"] is False
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_all_steps_well_is_not_enough(tmp_path):
    """The report is ok only where nothing is twice, nothing is lost and no reach came through."""
    told = story(tmp_path)
    told.report.rows = {"duplicates": 1, "lost": 0}
    assert not tell(told, [("only", lambda _: "well")]).ok


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"findings": [{"level": "deny", "what": "a is wrong."}, {"level": "warn", "what": "b."}]}, "a is wrong."),
        ({"globex": {"outcome": "failed", "error": "no lease."}, "initech": {"outcome": "live"}}, "no lease."),
        (
            {"run": {"run": "r-1", "state": "failed", "tasks": {"load": "failed"}, "log": "/x.log"}},
            "Run r-1 ended as failed (load failed). Its log: /x.log",
        ),
        ({"other": 1}, "{'other': 1}"),
    ],
)
def test_why_a_command_failed_is_read_from_its_answer(document, said):
    """Its findings, its tenants' errors, its run and the run's log; else the document itself."""
    assert reason(document) == said


def test_a_command_that_ends_otherwise_breaks_the_story(tmp_path, capsys):
    """The command is named, with both exit codes."""
    tell(story(tmp_path, ({"findings": []}, 3)), [("only", lambda told: str(told.do("gate", "globex")))])
    assert "`acme gate globex` ended with 3, not 0." in capsys.readouterr().err


def test_the_error_that_ended_a_run_is_read_from_its_log(tmp_path):
    """The last of ours or of Airflow's; a run whose log names none has none."""
    log = tmp_path / "run.log"
    log.write_text("ValueError: a\npipeline.errors.Busy: b: held.\npipeline.errors.Unreachable: c: no answer.\nend\n")
    assert last_error(log) == "c: no answer."
    assert last_error(tmp_path / "none") == ""
