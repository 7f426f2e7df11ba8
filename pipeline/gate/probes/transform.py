"""Each transform on the warehouse that will run it, by the role that will: explained, then run on the sampled rows.

The rows are cast exactly as a load casts them, and go into a table of the contract's types. The tenant's other tables stand in
with their real columns. All tables are temporary, in a scratch schema. What Snowflake says of a value is not told: it quotes it.
"""

# ruff: noqa: S608  SQL over names that naming.py made; values go as parameters
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from pipeline import naming
from pipeline.errors import AcmeError, Final, Missing
from pipeline.findings import Finding, Level
from pipeline.framing import framed
from pipeline.gate.probes import store
from pipeline.gate.probes.scratch import scratch
from pipeline.gate.probes.subject import Subject
from pipeline.ingest import exact_json
from pipeline.ingest.source import Sample
from pipeline.load import copy, typed
from pipeline.load.header import Layout
from pipeline.load.quarantine import PERCENT
from pipeline.load.scratch import LANDED, raw
from pipeline.quality import row_rules
from pipeline.release import Pipeline
from pipeline.run import LandedFile, LandedObject
from pipeline.warehouse import Session, is_about_data

ROWS = 100
SESSIONS = 4  # at once
OUTPUT = naming.scratch("output")
FILE = "sampled"


def ask(subject: Subject, samples: Mapping[str, Sample]) -> Iterator[Finding]:
    """Every pipeline; one without a sample runs on no rows, which still tells of names, types and rights."""
    every = subject.release.pipelines
    shares = [every[first::SESSIONS] for first in range(min(SESSIONS, len(every)))]
    with scratch(subject) as name, ThreadPoolExecutor(len(shares)) as pool:
        for found in pool.map(lambda share: _share(subject, name, share, samples), shares):
            yield from found


def _share(
    subject: Subject, scratch_schema: str, pipelines: Sequence[Pipeline], samples: Mapping[str, Sample]
) -> list[Finding]:
    """Some of them, one after the other in a session of their own."""
    found: list[Finding] = []
    with store.session(subject, scratch_schema) as own:
        for pipeline in pipelines:
            try:
                found += _one(subject, own, pipeline, samples.get(pipeline.name))
            except AcmeError as error:
                found.append(_refused(subject, pipeline, error))
    return found


def _one(subject: Subject, own: Session, pipeline: Pipeline, seen: Sample | None) -> Iterator[Finding]:
    _stand_in(subject, own, pipeline)
    _land(own, pipeline, seen)
    names = ", ".join(typed.columns(pipeline.mapping))
    output = framed(pipeline.transform, "landed", f"SELECT {names} FROM {LANDED} WHERE _reasons IS NULL")
    own.rows(f"EXPLAIN {output}")
    columns = [column.name for column in pipeline.contract.columns]
    shape = ", ".join(f"{column.name} {column.type}" for column in pipeline.contract.columns)
    own.execute(f"CREATE OR REPLACE TEMPORARY TABLE {OUTPUT} ({shape})")
    selected = ", ".join(f"o.{name}" for name in columns)
    own.execute(f"INSERT INTO {OUTPUT} ({', '.join(columns)}) SELECT {selected} FROM ({output}) AS o")
    yield from _contract(subject, own, pipeline)


def _stand_in(subject: Subject, own: Session, pipeline: Pipeline) -> None:
    """The tenant's other tables that the transform names: with the columns that readers see here, else those of the contract."""
    words = set(re.findall(r"\w+", pipeline.transform.lower()))
    for other in subject.release.pipelines:
        if other.name == pipeline.name or other.name not in words:
            continue
        view = subject.place.published_view(subject.name, other.name)
        made = f"CREATE OR REPLACE TEMPORARY TABLE {naming.view(other.name)}"
        try:
            own.execute(f"{made} AS SELECT * FROM {view} LIMIT {ROWS}")
        except Missing:
            shape = ", ".join(f"{column.name} {column.type}" for column in other.contract.columns)
            own.execute(f"{made} ({shape})")


def _land(own: Session, pipeline: Pipeline, seen: Sample | None) -> None:
    """The sampled records as a load finds them after its COPY, then through its casts."""
    kind = str(pipeline.mapping.format["kind"])
    fields = seen.fields if seen else tuple(field.source for field in pipeline.mapping.fields)
    records = seen.records[:ROWS] if seen else ()
    file = LandedFile(FILE, FILE, 0, len(records), fields)
    table = copy.Raw(raw(0), Layout(fields, (file,)), kind)
    copy.make(own, table)
    if records:
        rows = records if kind == "json" else [[record.get(name) for name in fields] for record in records]
        _fill(own, table, exact_json.write(list(rows)))
    typed.fill(own, pipeline.mapping, [table], [LandedObject(FILE, FILE, (file,))])


def _fill(own: Session, table: copy.Raw, rows: str) -> None:
    """Values go beside the statement, as one JSON text: what the history keeps holds none."""
    cells = [f"CAST(f.value[{n}] AS VARCHAR)" for n in range(len(table.layout.fields))]
    read = ["f.value"] if table.kind == "json" else [*cells, "NULL"]
    source = "TABLE(FLATTEN(INPUT => PARSE_JSON(?))) AS f"
    own.execute(f"INSERT INTO {table.table} SELECT {', '.join(read)}, '{FILE}', f.index + 1 FROM {source}", [rows])


def _contract(subject: Subject, own: Session, pipeline: Pipeline) -> Iterator[Finding]:
    """What the transform makes of the sampled rows, by the contract's rules for rows: past their share an object waits."""
    rules = row_rules(pipeline.contract)
    if not rules:
        return
    counts = ", ".join(f"COUNT_IF({rule.broken})" for rule in rules)
    total, *found = own.rows(f"SELECT COUNT(*), {counts} FROM {OUTPUT} AS o")[0]
    for rule, count in zip(rules, found, strict=True):
        if int(count or 0) * 100 > PERCENT * int(total):
            what = f"{count} of {total} rows that {pipeline.name} makes of the sample break `{rule.name}` of `{rule.field}`."
            why = f"A load lets a file wait where more than {PERCENT} % of its rows do."
            fix = f"compare transform and contract with what the source sends; then: {subject.again}"
            where = subject.where(f"contracts/{pipeline.name}.yaml")
            level: Level = "deny" if int(count) * 2 > int(total) else "warn"
            yield subject.finding("probe.contract_broken", what, why, fix, where=where, level=level)


def _refused(subject: Subject, pipeline: Pipeline, error: AcmeError) -> Finding:
    """The warehouse's word. About a value it says only which error it is."""
    where = subject.where(f"transforms/{pipeline.name}.sql")
    if not isinstance(error, Final):
        return subject.refused(error, where=where, what=f"{pipeline.name}:")
    said = "a sampled row cannot be computed." if is_about_data(error) else error.what
    what = f"the warehouse refuses the transform of {pipeline.name}: {said}"
    fix = f"mend transforms/{pipeline.name}.sql; then: {subject.again}"
    return subject.finding("probe.transform_refused", what, error.why, fix, where=where)
