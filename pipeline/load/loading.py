"""Load: a manifest's objects into `p__rows` under a new attempt, without a lock and unseen until they are published.

Reads the lake through the tenant's stage, writes rows and quarantine. What the data does wrong is a fault of its object;
fails with `Missing` where a landed file is gone, and as the warehouse fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pipeline.attempt import Attempt, Counts, Fault, ObjectLoad, new_id, session
from pipeline.errors import Final
from pipeline.events import Sink
from pipeline.live import Tables
from pipeline.load import completeness, copy, header, quarantine, report, typed, writing
from pipeline.load.copy import Raw
from pipeline.load.quarantine import Tally
from pipeline.load.scratch import REFUSED, raw
from pipeline.run import Binding, LandedObject, Manifest
from pipeline.warehouse import Credentials, Session, is_about_data


def load(binding: Binding, manifest: Manifest, credentials: Credentials | None, sink: Sink) -> Attempt:
    """A new attempt at the manifest, as the tenant's own user. An object that must wait is in it, with the reasons."""
    attempt = new_id(datetime.now(UTC))
    report.started(sink, binding, attempt, len(manifest.objects))
    with session(binding, credentials, "load") as open_session:
        done = Job(open_session, binding, manifest, attempt).run()
    report.ended(sink, binding, done)
    return done


@dataclass
class Job:
    """One load at work. `faults`: source key → why the object waits; `written` and the tallies count rows by source key."""

    session: Session
    binding: Binding
    manifest: Manifest
    attempt: str
    faults: dict[str, tuple[Fault, ...]] = field(default_factory=dict)
    unread: dict[str, Tally] = field(default_factory=dict)
    refused: dict[str, Tally] = field(default_factory=dict)
    written: dict[str, int] = field(default_factory=dict)

    @property
    def tables(self) -> Tables:
        return Tables(self.binding.environment.place, self.binding.tenant, self.binding.pipeline.name)

    def run(self) -> Attempt:
        seq = int(self.session.rows(f"SELECT COALESCE(MAX(seq), 0) FROM {self.tables.ledger}")[0][0])
        mapping = self.binding.pipeline.mapping
        for landed in self.manifest.objects:
            self.hold(landed, header.drift(mapping, landed))
        if self.ready():
            self.read()
        return Attempt(self.attempt, seq, tuple(self.counted(landed) for landed in self.manifest.objects))

    def hold(self, landed: LandedObject, faults: Sequence[Fault]) -> None:
        if faults:
            self.faults[landed.source_key] = (*self.faults.get(landed.source_key, ()), *faults)

    def ready(self) -> list[LandedObject]:
        return [landed for landed in self.manifest.objects if landed.source_key not in self.faults]

    def read(self) -> None:
        """Copy, cast, transform, write; each step may tell objects to wait. Every statement is a round trip, so there are few."""
        raws = self.copied()
        if not self.ready():
            return
        typed.fill(self.session, self.binding.pipeline.mapping, raws, self.ready())
        self.judge_casts()
        if self.ready():
            self.write()
        self.keep_broken(raws)

    def copied(self) -> list[Raw]:
        """Every readable file. Where one cannot be read, each object is tried alone, and the others go on."""
        try:
            return self._copy(self.ready())
        except Final as error:
            if not is_about_data(error):
                raise
        for landed in self.ready():
            self._try_alone(landed)
        return self._copy(self.ready())

    def _try_alone(self, landed: LandedObject) -> None:
        try:
            self._copy([landed])
        except Final as error:
            if not is_about_data(error):
                raise
            self.hold(landed, [Fault("load", "file_format", f"its files cannot be read. {error.why}")])

    def _copy(self, objects: Sequence[LandedObject]) -> list[Raw]:
        stage = self.binding.environment.place.stage(self.binding.tenant)
        format_ = self.binding.pipeline.mapping.format
        layouts = header.layouts(objects)
        tenant = self.binding.tenant
        return [copy.copy(self.session, stage, tenant, raw(n), one, format_) for n, one in enumerate(layouts)]

    def judge_casts(self) -> None:
        """Every row of the manifest must be there, and readable but for a few."""
        groups = typed.groups(self.session)
        for landed in self.ready():
            self.hold(landed, completeness.shortfalls(landed, groups))
        self.unread = quarantine.tallies((g.source_key, g.reasons, g.rows) for g in groups if g.reasons)
        columns = quarantine.unread(self.session, self.binding.pipeline, self.unread)
        for landed in self.ready():
            if tally := self.unread.get(landed.source_key):
                self.hold(landed, quarantine.verdict(tally, landed.records, columns.get(landed.source_key, set())))

    def write(self) -> None:
        """The transform's rows, with the contract's rules for rows applied on the way."""
        good = {landed.source_key: self.good(landed) for landed in self.ready()}
        done = writing.write(self.session, self.binding.pipeline, self.tables, self.attempt, good)
        self.written, self.refused = done.written, done.refused
        for landed in self.ready():
            self.hold(landed, done.faults.get(landed.source_key, ()))
            both = self.unread.get(landed.source_key, Tally()) + self.refused.get(landed.source_key, Tally())
            self.hold(landed, quarantine.verdict(both, landed.records, set()))

    def good(self, landed: LandedObject) -> int:
        """Source rows of an object that were read whole."""
        return landed.records - self.unread.get(landed.source_key, Tally()).rows

    def keep_broken(self, raws: Sequence[Raw]) -> None:
        for broken, tallies in ((quarantine.UNREAD, self.unread), (REFUSED, self.refused)):
            if set(tallies) - set(self.faults):
                quarantine.keep(
                    self.session,
                    broken,
                    self.tables.quarantine,
                    raws,
                    attempt=self.attempt,
                    release=self.binding.release,
                    but=self.faults,
                )

    def counted(self, landed: LandedObject) -> ObjectLoad:
        """The object's part of the attempt. Filtered is what the transform left out by its own WHERE, where it may."""
        key, source = landed.source_key, landed.records
        if key in self.faults:
            return ObjectLoad(key, landed.content_sha256, Counts(source), held=True, faults=self.faults[key])
        refused = self.refused.get(key, Tally()).rows
        good, written = self.good(landed) - refused, self.written.get(key, 0)
        rows_in = {"one_to_one": written, "filters": written}.get(self.binding.pipeline.rows, good)
        filtered = good - written if self.binding.pipeline.rows == "filters" else 0
        counts = Counts(source, rows_in, source - good, filtered, written)
        return ObjectLoad(key, landed.content_sha256, counts, faults=self.told(landed))

    def told(self, landed: LandedObject) -> tuple[Fault, ...]:
        """Why single rows wait."""
        both = self.unread.get(landed.source_key, Tally()) + self.refused.get(landed.source_key, Tally())
        return quarantine.faults(both, landed.records)
