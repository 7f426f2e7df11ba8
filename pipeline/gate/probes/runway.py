"""How long a secret still holds: whoever puts its value may say when it ends, as `expires_at` beside it.

Reads the secret's own words and the schedules. Nothing else tells the end of a key.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from pipeline.cloud import Secret
from pipeline.findings import Finding, Level, Where
from pipeline.gate.probes.subject import Subject
from pipeline.release import Pipeline
from pipeline.spec.cron import following

ENDS = "expires_at"
RUNS = 10


def ask(subject: Subject, secret: Secret, pipelines: Sequence[Pipeline], where: Where) -> Iterator[Finding]:
    """Whether it holds through the next runs of every pipeline."""
    said = secret.fields().get(ENDS)
    if said is None:
        return
    mend = f"have a new one issued and put as {secret.name}; then: {subject.again}"
    try:
        ends = datetime.fromisoformat(said)
    except ValueError:
        what = f"the secret {secret.name} says `{ENDS}` in no form of ISO 8601."
        yield subject.unanswered(what, "When it ends cannot be told.", mend, where)
        return
    ends = ends if ends.tzinfo else ends.replace(tzinfo=UTC)
    now = datetime.now(UTC)
    runs = {pipeline.name: following(pipeline.schedule, now, RUNS) for pipeline in pipelines}
    late = sorted(name for name, times in runs.items() if times and times[-1] >= ends)
    if late or ends <= now:
        of = ", ".join(late) or "any pipeline"
        what = f"the secret {secret.name} ends at {ends:%Y-%m-%dT%H:%MZ}, before the next {RUNS} runs of {of} are over."
        soon = ends <= min((times[0] for times in runs.values() if times), default=now)
        level: Level = "deny" if soon or ends <= now else "warn"
        yield subject.finding("probe.expires", what, "A run after that fails at login.", mend, where=where, level=level)
