"""Functions of Snowflake that the engine lacks, as macros of the engine."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

# An error text that `problem.of_engine` reads back: SF<number>/<state>: <text>
MACROS = (
    """_sf_text(v, n) AS CASE WHEN length(v) > n
       THEN error('SF100078/22000: String ''' || left(v, 50) || ''' is too long and would be truncated') ELSE v END""",
)


def install(engine: DuckDBPyConnection) -> None:
    for macro in MACROS:
        engine.execute(f"CREATE OR REPLACE MACRO _fs_global.main.{macro}")
