"""For each cause: whether a retry is safe, why it fails in general, and the next command.

`safe` rests on the fence: an object counts once, however often it is loaded. `after_fix` means that a retry is safe too, and
pointless before somebody acted. `unsafe` means that trying again may do harm outside of the fence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Retry = Literal["safe", "unsafe", "after_fix"]

RERUN = "acme recover rerun TENANT PIPELINE -e ENVIRONMENT --plan"
PROBE = "acme gate TENANT --probe -e ENVIRONMENT"


@dataclass(frozen=True)
class Advice:
    """What holds for a cause whatever the case."""

    retry: Retry
    why: str
    next: str


ADVICE: Mapping[str, Advice] = {
    "credential": Advice("after_fix", "A proof of identity is wrong, expired, missing or not trusted.", PROBE),
    "permission": Advice(
        "after_fix", "The identity is accepted; the right is missing.", "acme plan TENANT -e ENVIRONMENT"
    ),
    "network": Advice("safe", "No whole answer came from the other side.", RERUN),
    "throttling": Advice("safe", "The other side limits the rate.", RERUN),
    "capacity": Advice("after_fix", "Memory, disk, quota, credits or machines are used up.", "acme observe incidents"),
    "provisioning": Advice(
        "unsafe",
        "A resource could not be created, changed or deleted, or the state is locked.",
        "acme plan TENANT -e ENVIRONMENT",
    ),
    "service": Advice("safe", "The other side answered that it failed itself.", RERUN),
    "dag_import": Advice(
        "after_fix", "Airflow cannot read the DAG file, or does not know the DAG.", "acme apply TENANT -e ENVIRONMENT"
    ),
    "missing_dependency": Advice(
        "after_fix", "A module, program, connection or variable that the code needs is not there.", "acme doctor"
    ),
    "task_lost": Advice("safe", "The task's process or its worker went away; the fence turns a late one away.", RERUN),
    "timeout": Advice("safe", "A limit of a task, sensor, run, job or function was reached.", RERUN),
    "scheduling": Advice("safe", "Runs or tasks are not started.", "acme observe incidents"),
    "missing_column": Advice("after_fix", "The source or the table has lost a column that is read.", PROBE),
    "type_change": Advice("after_fix", "A whole column has another type than before.", PROBE),
    "unexpected_column": Advice("after_fix", "More columns arrive than are known.", PROBE),
    "missing_object": Advice(
        "after_fix",
        "A table, view, schema, stage or function does not exist, or cannot be seen.",
        "acme plan TENANT -e ENVIRONMENT",
    ),
    "contract": Advice("after_fix", "The contract refused the data.", PROBE),
    "bad_record": Advice("after_fix", "A record or a value cannot be read or does not fit.", RERUN),
    "file_missing": Advice("safe", "The expected file is not there.", RERUN),
    "file_format": Advice(
        "after_fix", "The file is of another format, encoding or compression, truncated or corrupt.", RERUN
    ),
    "duplicate": Advice("after_fix", "The same key, file or row arrives twice.", RERUN),
    "quality": Advice("after_fix", "A test of the data failed.", RERUN),
    "transformation": Advice(
        "after_fix", "The tenant's own SQL or code is at fault.", "acme recover revert TENANT --explain"
    ),
    "concurrency": Advice("safe", "Two writers met, or a lock was held.", RERUN),
    "none": Advice("safe", "Nothing failed.", ""),
}
