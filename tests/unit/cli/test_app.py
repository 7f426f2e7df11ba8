"""The command line: mistakes are sentences with a fix, and exit codes say whose turn it is."""

import io
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.cli import app
from pipeline.observe import store

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("words", [[], ["nothing"], ["doctor", "--nothing"], ["doctor", "-e", "moon"]])
def test_a_wrong_command_line_is_answered_with_usage(words, capsys):
    """Exit code 2, one sentence, the line that helps, and never a traceback."""
    assert app.main(words) == 2
    said = capsys.readouterr().err
    assert said.startswith("acme: ")
    assert "fix: see `acme" in said
    assert "Traceback" not in said


def test_json_is_one_document_on_stdout(capsys):
    """Other tools read stdout: with --json it holds one JSON document and nothing else."""
    app.main(["doctor", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert {part["name"] for part in document["parts"]} >= {"python", "git", "tool", "pulumi", "opa"}


@pytest.mark.parametrize(
    "words",
    [
        ["--json", "-e", "production", "recover", "revert", "globex", "--explain"],
        ["recover", "-e", "production", "--json", "revert", "globex", "--explain"],
        ["recover", "revert", "globex", "--explain", "--json", "-e", "production"],
    ],
)
def test_global_flags_stand_before_or_after_an_action(words, monkeypatch):
    """`-e production` is heard wherever it stands; what is not said keeps its default."""
    heard = []
    monkeypatch.setattr("pipeline.cli.recover.run", lambda arguments: heard.append(arguments) or app.Answer({}, ""))
    assert app.main(words) == 0
    assert (heard[0].environment, heard[0].json, heard[0].repo) == ("production", True, ROOT)


def test_the_value_of_a_flag_is_no_verb():
    """`--repo plan validate` is a validate in the folder `plan`, and the other way round."""
    arguments = app.understand(["--repo", "plan", "validate", "globex"])
    assert (arguments.verb, arguments.repo, arguments.tenants) == ("validate", Path("plan"), ["globex"])


def test_a_bug_becomes_a_sentence_that_names_the_kept_traceback(monkeypatch, capsys):
    """Exit code 4; the traceback is kept in a file and not thrown at the reader."""
    monkeypatch.setattr("pipeline.cli.doctor.run", lambda _arguments: 1 / 0)
    assert app.main(["doctor"]) == 4
    said = capsys.readouterr().err
    assert "this is a bug of acme itself" in said
    kept = Path(said.rsplit(" ", 1)[1].strip())
    assert "ZeroDivisionError" in kept.read_text()
    kept.unlink()


@pytest.mark.parametrize("line", ["not json", "[]", '{"text": "x"}', '{"id": 1, "text": 2}'])
def test_a_line_that_is_no_document_is_a_wrong_word(line, monkeypatch, capsys):
    """Its number is told."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"\n{line}\n"))
    assert app.main(["observe", "diagnose", "--jsonl"]) == 2
    assert "line 2 of the input is no JSON object" in capsys.readouterr().err


def test_a_folder_that_is_no_checkout_is_a_wrong_word(tmp_path, capsys):
    """Whether it is not there or holds no tenants."""
    assert app.main(["--repo", str(tmp_path / "nowhere"), "validate"]) == 2
    assert app.main(["--repo", str(tmp_path), "validate"]) == 2
    assert capsys.readouterr().err.count("fix: name a checkout by --repo") == 2


def test_records_that_do_not_answer_are_the_worlds_failure(monkeypatch, capsys):
    """Exit code 3 and what to start, whichever command asked: never a bug."""

    def ask(_arguments):
        store.connect(f"postgresql://records@127.0.0.1:{free_port()}/records").connect()

    monkeypatch.setattr("pipeline.cli.doctor.run", ask)
    assert app.main(["doctor"]) == 3
    said = capsys.readouterr().err
    assert "PostgreSQL does not answer. It says: connection failed" in said
    assert "fix: ./acme sandbox up" in said


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def test_the_launcher_runs_from_any_folder(tmp_path):
    """`acme` finds its checkout by itself and takes nothing from the folder it is called in."""
    (tmp_path / "pipeline.py").write_text("raise SystemExit('taken from the current folder')")
    done = subprocess.run(
        [sys.executable, ROOT / "acme", "--version"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, f"acme {app.VERSION}\n"), done.stderr


def test_nothing_that_a_folder_holds_moves_the_terminal(tmp_path, capsys):
    """The name of a file or of a folder that is asked for stands in the text as it is spelled, not as it would act."""
    folder = tmp_path / "tenants" / "globex" / "connectors"
    folder.mkdir(parents=True)
    (folder / "\x1b[2J\u202e\n::error::x.yaml").write_text("kind: sftp\n", encoding="utf-8")
    assert app.main(["--repo", str(tmp_path), "validate"]) == 1
    assert app.main(["--repo", str(tmp_path), "validate", "\x1b[31m"]) == 2
    said = capsys.readouterr()
    assert "\\x1b[2J" in said.out
    assert "\\x1b[31m" in said.err
    assert not [character for character in said.out + said.err if not character.isprintable() and character != "\n"]
    assert not [line for line in said.out.splitlines() if line.lstrip().startswith("::")]
