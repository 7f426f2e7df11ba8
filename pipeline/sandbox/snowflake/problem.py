"""A statement or login that Snowflake refuses, with Snowflake's own error number and SQL state."""

from __future__ import annotations

import re

import duckdb


class Problem(Exception):
    """What the client is told: `number` as Snowflake numbers it, `state` the SQL state."""

    def __init__(self, number: int, state: str, text: str) -> None:
        super().__init__(text)
        self.number, self.state, self.text = number, state, text


def unknown(kind: str, name: str) -> Problem:
    """Not there, or not for this role: Snowflake does not tell which."""
    return Problem(2003, "42S02", f"SQL compilation error:\n{kind} '{name}' does not exist or not authorized.")


def exists(name: str) -> Problem:
    return Problem(2002, "42710", f"SQL compilation error:\nObject '{name}' already exists.")


def denied(kind: str, name: str) -> Problem:
    return Problem(3001, "42501", f"SQL access control error:\nInsufficient privileges to operate on {kind} '{name}'.")


def syntax(text: str) -> Problem:
    return Problem(1003, "42000", f"SQL compilation error:\nsyntax error {text}")


def login(number: int, text: str) -> Problem:
    return Problem(number, "08001", text)


def lock(text: str) -> Problem:
    return Problem(625, "57014", text)


def unsupported(text: str) -> Problem:
    return Problem(2, "0A000", f"Unsupported feature '{text}'.")


_MARKED = re.compile(r"SF(\d{6})/(\w{5}): (.*)", re.DOTALL)
_BY_TYPE: tuple[tuple[type[Exception], int, str], ...] = (
    (duckdb.ParserException, 1003, "42000"),
    (duckdb.BinderException, 904, "42000"),
    (duckdb.CatalogException, 2003, "42S02"),
    (duckdb.ConversionException, 100038, "22018"),
    (duckdb.OutOfRangeException, 100132, "22003"),
    (duckdb.TransactionException, 625, "57014"),
)


def of_engine(error: Exception) -> Problem:
    """An error of the engine as Snowflake would number it."""
    text = str(error)
    if marked := _MARKED.search(text):
        return Problem(int(marked[1]), marked[2], marked[3].split("\n")[0])
    first = text.split("\n")[0]
    if isinstance(error, duckdb.ConstraintException):
        return Problem(100072, "22000", f"NULL result in a non-nullable column: {first}")
    if isinstance(error, duckdb.ConversionException):
        return _conversion(first)
    if isinstance(error, duckdb.BinderException | duckdb.CatalogException) and "unction" in first:
        return Problem(2140, "42601", f"SQL compilation error:\nUnknown function: {first}")
    for kind, number, state in _BY_TYPE:
        if isinstance(error, kind):
            return Problem(number, state, f"SQL compilation error:\n{first}" if number < 100_000 else first)
    return Problem(300002 if isinstance(error, duckdb.Error) else 2, "XX000", f"the sandbox cannot run this: {first}")


def _conversion(text: str) -> Problem:
    lower = text.lower()
    if "out of range" in lower or ("could not cast" in lower and "decimal" in lower):
        return Problem(100132, "22003", f"Numeric value is out of range: {text}")
    if "date" in lower.split("'")[0] or "invalid date" in lower:
        return Problem(100040, "22007", f"Date is not recognized: {text}")
    if "timestamp" in lower.split("'")[0]:
        return Problem(100035, "22007", f"Timestamp is not recognized: {text}")
    return Problem(100038, "22018", f"Numeric value is not recognized: {text}")
