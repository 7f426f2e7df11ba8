"""docs/reference/commands.md, out of the parsers of every verb."""

from __future__ import annotations

import argparse

from pipeline.cli.app import ACTIONS, VERBS, Parser, add_global_flags, declared
from pipeline.cli.reference import markdown

EXIT_CODES = (
    ("0", "ok, warnings too"),
    ("1", "a finding denies"),
    ("2", "the command line was off"),
    ("3", "the world failed; trying again may help, the message says"),
    ("4", "a bug of acme; the message names the kept traceback"),
)


def page() -> str:
    world = Parser(prog="acme", add_help=False)
    add_global_flags(world)
    everywhere = ["Every command takes these, before or after its own words:", _arguments(world)]
    codes = ["## Exit codes", markdown.table(("code", "means"), EXIT_CODES)]
    return markdown.page("Commands", *everywhere, *codes, *(part for verb in VERBS for part in _verb(verb)))


def _verb(name: str) -> list[str]:
    parser = Parser(prog=f"acme {name}", add_help=False)
    module = declared(name, "", parser)
    head = (module.__doc__ or "").splitlines()[0].partition(": ")[2]
    parts = [f"## acme {name}", head[:1].upper() + head[1:], _arguments(parser)]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            summaries = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for word, below in action.choices.items():
                parts += _action(name, word, summaries[word], below)
    for word, summary in ACTIONS.get(name, {}).items():
        below = Parser(prog=f"acme {name} {word}", add_help=False)
        declared(name, word, below)
        parts += _action(name, word, summary, below)
    return parts


def _action(verb: str, word: str, said: str, parser: argparse.ArgumentParser) -> list[str]:
    return [f"### acme {verb} {word}", f"{said[:1].upper()}{said[1:]}.", _arguments(parser)]


def _arguments(parser: argparse.ArgumentParser) -> str:
    """One row an argument; those of every command are told once."""
    rows = [
        (f"`{_word(action)}`", action.help or "")
        for action in parser._actions
        if not isinstance(action, argparse._SubParsersAction | argparse._HelpAction)
        and argparse.SUPPRESS not in (action.default, action.help)
    ]
    return markdown.table(("argument", "means"), rows) if rows else ""


def _word(action: argparse.Action) -> str:
    """As it is typed: `-e, --environment {staging,production}`, `[TENANT …]`."""
    shown = action.metavar if isinstance(action.metavar, str) else None
    value = shown or (f"{{{','.join(action.choices)}}}" if action.choices else action.dest.upper())
    if not action.option_strings:
        many = {"*": f"[{value} …]", "+": f"{value} …", "?": f"[{value}]", argparse.REMAINDER: f"[{value} …]"}
        return many.get(str(action.nargs), value)
    flags = ", ".join(action.option_strings)
    return flags if action.nargs == 0 else f"{flags} {value}"
