"""Functions of Snowflake that the engine lacks, as macros of the engine."""

from __future__ import annotations

from duckdb import DuckDBPyConnection
from fakesnow import transforms

# An error text that `problem.of_engine` reads back: SF<number>/<state>: <text>
MACROS = (
    """_sf_text(v, n) AS CASE WHEN length(v) > n
       THEN error('SF100078/22000: String ''' || left(v, 50) || ''' is too long and would be truncated') ELSE v END""",
    r"""_sf_plain(v) AS CASE WHEN starts_with(v, chr(1)) THEN substr(v, 2)
       WHEN contains(v, '"\u0001') THEN regexp_replace(v, '"\\u0001([^"]*)"', '\1', 'g') ELSE v END""",
)


def install(engine: DuckDBPyConnection) -> None:
    # fakesnow reads every SUM and AVG as DOUBLE, so that texts can be summed; money must stay exact
    transforms.numeric_agg_implicit_cast = lambda expression: expression
    for macro in MACROS:
        engine.execute(f"CREATE OR REPLACE MACRO _fs_global.main.{macro}")
