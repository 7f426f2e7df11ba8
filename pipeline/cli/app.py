"""Reads the command line, runs one verb, and turns whatever comes back into output and an exit code.

Exit codes: 0 ok (warnings too), 1 a deny finding, 2 usage, 3 the world failed, 4 bug. With --json stdout holds one JSON
document and everything else goes to stderr.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn, Protocol

from pipeline.cli.answer import BUG, Answer
from pipeline.errors import AcmeError, Unreachable, Usage
from pipeline.gate.plain import plain
from pipeline.naming import ENVIRONMENTS

VERSION = "0.1.0"
ROOT = Path(__file__).resolve().parents[2]
# In the order of the flow, then what stands beside it. Each is a module of this folder, imported only when it is used.
VERBS = {
    "new": "write a tenant's folder that passes every check",
    "validate": "find everything wrong with tenants' folders",
    "gate": "judge whether a change may merge",
    "plan": "show what an apply would change",
    "apply": "make what the checkout says live",
    "promote": "take to production what staging has proved",
    "observe": "say what is so, and what went wrong",
    "recover": "undo a promotion, run one tenant again",
    "check": "gate and plan of what changed: run it before a push",
    "sandbox": "start, stop, look at and break the embedded parts",
    "demo": "set up everything and tell the main story",
    "test": "run every test",
    "doctor": "say what this machine lacks and the line that installs it",
}
# Beside the tenants that a verb takes, words that make it do something else: the module is called <verb>_<word>.
ACTIONS = {
    "gate": {
        "mutate": "count how many broken changes, plans and tenants the gate refuses",
        "policies": "try changed policies on every tenant of today and of its history",
    },
}


class Verb(Protocol):
    """What a module of a verb offers."""

    def declare(self, parser: argparse.ArgumentParser) -> None: ...
    def run(self, arguments: argparse.Namespace) -> Answer: ...


class Parser(argparse.ArgumentParser):
    """An argument parser whose mistakes are `Usage` errors, worded like all others."""

    def error(self, message: str) -> NoReturn:
        raise Usage(f"{message}.", fix=f"see `{self.prog} --help`")

    def add_subparsers(self, **options: Any) -> Any:
        """Verbs and their actions take the global flags too, so that these may stand anywhere."""
        return super().add_subparsers(**{"parser_class": ParserBelow, **options})


class ParserBelow(Parser):
    """What is not said after a verb or an action keeps the value from before it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        add_global_flags(self, json=argparse.SUPPRESS, repo=argparse.SUPPRESS, environment=argparse.SUPPRESS)


def main(words: Sequence[str]) -> int:
    """Runs one command and returns its exit code."""
    try:
        return say(*answer_to(words))
    except AcmeError as error:
        sys.stderr.write(f"acme: {plain(error.sentence())}\n")
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("acme: stopped\n")
        return 130
    except BrokenPipeError:
        return 0
    except Exception as error:  # noqa: BLE001  the one place where a bug becomes a sentence
        if told := _of_the_records(error):
            sys.stderr.write(f"acme: {plain(told.sentence())}\n")
            return told.exit_code
        sys.stderr.write(f"acme: this is a bug of acme itself. fix: report it with {_keep_traceback()}\n")
        return BUG


def answer_to(words: Sequence[str]) -> tuple[Answer, bool]:
    """(answer, as JSON)."""
    arguments = understand(words)
    if not arguments.repo.is_dir():
        raise Usage(f"there is no folder {arguments.repo}.", fix="name a checkout by --repo")
    return arguments.run(arguments), arguments.json


def understand(words: Sequence[str]) -> argparse.Namespace:
    """The command line as arguments, with `run` of its verb. Only a verb that is said has its module imported."""
    parser = Parser(prog="acme", description="AcmeConnect's integration platform: tenants as folders of config.")
    parser.add_argument("--version", action="version", version=f"acme {VERSION}")
    add_global_flags(parser)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, summary in VERBS.items():
        below = verbs.add_parser(name, help=summary, description=summary)
        if name in words:
            module = declared(name, action_in(name, words), below)
            below.set_defaults(run=module.run)
    return parser.parse_args(words)


def action_in(verb: str, words: Sequence[str]) -> str:
    """The action that is said straight after the verb, or empty."""
    after = list(words)[list(words).index(verb) + 1 :][:1]
    return after[0] if after and after[0] in ACTIONS.get(verb, {}) else ""


def declared(verb: str, action: str, parser: argparse.ArgumentParser) -> Verb:
    """The module of a verb, or of an action of it, after it told the parser its arguments."""
    module: Verb = importlib.import_module(f"pipeline.cli.{verb}_{action}" if action else f"pipeline.cli.{verb}")
    if action:
        parser.add_argument("action", choices=[action], help=argparse.SUPPRESS)
        parser.description = ACTIONS[verb][action]
    elif verb in ACTIONS:
        said = (f"`acme {verb} {word}`: {summary}." for word, summary in ACTIONS[verb].items())
        parser.epilog = " ".join(said)
    module.declare(parser)
    return module


def add_global_flags(
    parser: argparse.ArgumentParser, *, json: Any = False, repo: Any = ROOT, environment: Any = "staging"
) -> None:
    """What every command takes, and what holds where it is not said."""
    parser.add_argument("--json", action="store_true", default=json, help="one JSON document on stdout")
    parser.add_argument("--repo", type=Path, default=repo, metavar="DIR", help="the checkout to work on")
    parser.add_argument(
        "-e",
        "--environment",
        choices=ENVIRONMENTS,
        default=environment,
        help="default staging; production is always named",
    )


def say(answer: Answer, as_json: bool) -> int:
    text: Any = json.dumps(answer.document, ensure_ascii=False, default=str) if as_json else plain(answer.text)
    if text:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    return answer.exit_code


def _of_the_records(error: Exception) -> AcmeError | None:
    """The database of the records went away: the world failed, wherever it was asked from."""
    if "sqlalchemy" not in sys.modules:
        return None
    from sqlalchemy.exc import OperationalError

    if not isinstance(error, OperationalError):
        return None
    said = str(error.orig).partition("\n")[0]
    return Unreachable(
        "the records' PostgreSQL does not answer.",
        why=f"It says: {said}.",
        fix="./acme sandbox up, or start that database",
    )


def _keep_traceback() -> str:
    with tempfile.NamedTemporaryFile("w", prefix="acme-bug-", suffix=".txt", delete=False) as log:
        log.write(traceback.format_exc())
    return log.name
