"""Names in statements: quoted or folded to upper case, and completed by where the session stands."""

from __future__ import annotations

import re

from pipeline.sandbox.snowflake import problem
from pipeline.sandbox.snowflake.session import Session

IDENTIFIER = r'(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)'
NAME = rf"{IDENTIFIER}(?:\.{IDENTIFIER}){{0,2}}"
PARTS = {"DATABASE": 1, "SCHEMA": 2}
ON_ACCOUNT = ("ACCOUNT", "DATABASE", "WAREHOUSE", "INTEGRATION", "ROLE", "USER")


def fold(identifier: str) -> str:
    if identifier.startswith('"'):
        return identifier[1:-1].replace('""', '"')
    return identifier.upper()


def parts(name: str) -> list[str]:
    return [fold(part) for part in re.findall(IDENTIFIER, name)]


def quoted(name: str) -> str:
    """A dotted name as the engine takes it."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in name.split(".", 2))


def full(session: Session, kind: str, name: str) -> str:
    """The whole name of an object of this kind."""
    found = parts(name)
    if kind in ON_ACCOUNT:
        return found[-1]
    wanted = PARTS.get(kind, 3)
    if len(found) < wanted and not session.database:
        raise problem.Problem(90105, "22000", "This session does not have a current database.")
    if wanted == 3 and len(found) == 1:
        if not session.schema:
            raise problem.Problem(90106, "22000", "This session does not have a current schema.")
        return ".".join([session.database, session.schema, *found])
    return ".".join([session.database, *found] if len(found) < wanted else found)
