"""Words that no tenant, connector, table or column may be called: they mean something else where the name will stand."""

from __future__ import annotations

from typing import Final

from pipeline import naming

# Snowflake's reserved and limited keywords, and what its parser takes for a function or a join without quotes
SNOWFLAKE: Final = frozenset(
    """
    account all alter and any as asof between by case cast check column connect connection constraint create
    cross current current_date current_time current_timestamp current_user database delete distinct drop else
    exists false following for from full grant group gscluster having ilike in increment inner insert intersect
    into is issue join lateral left like localtime localtimestamp match_condition minus natural not null of on
    or order organization qualify regexp revoke right rlike row rows sample schema select set some start table
    tablesample then to trigger true try_cast union unique update using values view when whenever where window
    with
    """.split()  # noqa: SIM905  a page of words reads better than a page of quotes
)
# schemas and databases that exist already, and the words of our own SQL
TAKEN: Final = frozenset({"public", "information_schema", "snowflake", "account_usage", "landed", "store", "none"})


def is_reserved(word: str) -> bool:
    return word.lower() in SNOWFLAKE or word.lower() in TAKEN


def why_no_name(name: str) -> str:
    """Why nothing may be called so, as a sentence; empty where it may."""
    if not naming.is_name(name):
        return "names are 2 to 24 letters, digits and single underscores, in lower case, and start with a letter."
    return "it is a reserved word." if is_reserved(name) else ""


def why_no_tenant(name: str) -> str:
    if name == naming.EXAMPLE:
        return ""
    return "it is kept for the platform." if name in naming.NO_TENANTS else why_no_name(name)


def why_no_column(name: str) -> str:
    if not naming.is_column(name):
        return "columns are 1 to 63 letters, digits and single underscores, in lower case, and start with a letter."
    return "it is a reserved word." if is_reserved(name) else ""
