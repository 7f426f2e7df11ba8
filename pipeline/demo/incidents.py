"""What goes wrong in production, and how it becomes right again: a kill, a bad night, a bad release."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable

from pipeline.demo import workers
from pipeline.demo.claims import ORDERS, chain_holds, counted, incident, live, receipts
from pipeline.demo.edit import commit, replace_in
from pipeline.demo.story import Story
from pipeline.sandbox import customers, seed

MAPPING = "tenants/globex/mappings/purchase_orders.yaml"
TRANSFORM = "tenants/globex/transforms/purchase_orders.sql"
EXPECTED = "tenants/globex/tests/purchase_orders/expected.csv"
PLAIN_FREIGHT = '  Freight:         {column: freight, type: "NUMBER(19,4)", required: true}'
COMMA_FREIGHT = (
    '  Freight:         {column: freight, type: "NUMBER(19,4)", parse: "9,999,999,990.9999", required: true}'
)
BAD_NIGHTS = 3
DETECTED_WITHIN_S = 10.0


def night(story: Story, environment: str, spoil: Callable[[bytes], bytes] = bytes) -> str:
    """Globex drops the orders of one more night; the path of the file."""
    number = story.nights[environment] = story.nights.get(environment, 0) + 1
    path, content = seed.night_of_orders(number)
    customers.drop_file(story.home, ORDERS[0], path, spoil(content), environment=environment)
    return path


def killed_load(story: Story) -> str:
    """kill -9 while a worker loads; the same run again, by two workers that know nothing of each other."""
    run = story.run_name("killed")
    path = night(story, "production")
    workers.landed(run)
    workers.killed(story, run)
    counts_once(story, path, workers.at_once(run, tries=(2, 3)))
    total = counted(story, "production")
    rows = receipts(story)[-1].rows.loaded
    return (
        "kill -9 in the middle of a load; the same run again, by two workers at once:\n"
        f"{rows} loaded, {total.duplicates} twice, {total.lost} lost"
    )


def counts_once(story: Story, path: str, outcomes: list[str]) -> None:
    """One worker publishes, the other is told that it is done; one receipt."""
    story.claim(
        sorted(outcomes) == ["already_published", "published"],
        f"{path} may count once, and its two workers ended as {' and '.join(outcomes)}",
    )
    loads = [row for row in receipts(story) if row.source_key == path]
    story.claim(len(loads) == 1, f"{path} has {len(loads)} receipts, not one")


def bad_night(story: Story) -> str:
    """The ERP writes its numbers with a comma: the object waits, the diagnosis says why."""
    path = night(story, "production", with_commas)
    began = time.monotonic()
    failed = story.do("recover", "rerun", *ORDERS, "-e", "production", expect=3)
    found = incident(story)
    story.report.detect_seconds = round(time.monotonic() - began, 2)
    story.report.diagnosis = {"class": found["class"], "cause": found["cause"]}
    story.claim(
        story.report.detect_seconds <= DETECTED_WITHIN_S, f"detected only after {story.report.detect_seconds} s"
    )
    published = [row for row in receipts(story) if row.source_key == path]
    story.claim(not published, f"{path} was published as it came")
    run = failed["run"]["run"]
    return (
        f'the ERP sends Freight as "1,096.9613": detected in {story.report.detect_seconds:.0f} s, nothing published\n'
        f"{found['class']} / {found['cause']}   globex · erp_drop → purchase_orders · run {run}"
    )


def with_commas(content: bytes) -> bytes:
    """The same night, every freight with a thousands separator and in quotes."""
    header, *lines = gzip.decompress(content).decode().splitlines()
    at = header.split(",").index("Freight")
    spoiled = []
    for line in lines:
        cells = line.split(",")
        cells[at] = f'"{float(cells[at]) + 1000:,.4f}"'
        spoiled.append(",".join(cells))
    return seed.pack("\n".join([header, *spoiled, ""]))


def cure(story: Story) -> str:
    """The mapping learns the comma, proves itself in staging, is promoted, and the waiting night is loaded."""
    replace_in(story.clone / MAPPING, PLAIN_FREIGHT, COMMA_FREIGHT)
    commit(story.clone, [MAPPING], "globex: freight may carry a thousands separator")
    before, after = _promoted(story)
    done = story.do("recover", "rerun", *ORDERS, "-e", "production")
    story.claim(done["run"]["state"] == "success", "the night could not be loaded")
    loaded = receipts(story)[-1].rows.loaded
    total = counted(story, "production")
    return f"mapping reads the comma, promoted, epoch {before} → {after}, replayed: {loaded} loaded, {total.duplicates} twice"


def _promoted(story: Story) -> tuple[int, int]:
    """Staging first, with a run on a night of its own, then production; the orders' epochs before and after."""
    before = live(story).epoch
    story.do("apply", "globex")
    night(story, "staging")
    story.do("recover", "rerun", *ORDERS)
    story.do("promote", "globex")
    story.do("apply", "globex", "-e", "production")
    return before, live(story).epoch


def bad_release(story: Story) -> str:
    """A transform forgets the freight; no rule sees it; three nights are published under it."""
    replace_in(story.clone / TRANSFORM, "sub_total + tax + freight", "sub_total + tax")
    replace_in(story.clone / MAPPING, COMMA_FREIGHT, COMMA_FREIGHT.replace(", required: true", ""))
    _forget_freight_in_tests(story)
    commit(story.clone, [TRANSFORM, MAPPING, EXPECTED], "globex: total without freight")
    _promoted(story)
    for _ in range(BAD_NIGHTS):
        night(story, "production")
    story.do("recover", "rerun", *ORDERS, "-e", "production")
    story.bad_release = live(story).release
    return f"total_due forgets the freight and no rule sees it: {BAD_NIGHTS} objects published"


def _forget_freight_in_tests(story: Story) -> None:
    """The engineer adapts the expectation too, as engineers do."""
    expected = story.clone / EXPECTED
    replace_in(expected, "48485.6873", "47388.7260")
    replace_in(expected, "0.0001", "0.0000")
    replace_in(expected, "11.0500", "10.8000")


def rollback(story: Story) -> str:
    """git revert; a worker of the bad epoch comes late; its objects are taken back and loaded anew."""
    began = time.monotonic()
    late = _late_worker(story)
    before = live(story).epoch
    made = story.do("recover", "revert", "globex")["commit"]
    story.do("apply", "globex", "-e", "production")
    after = live(story).epoch
    turned_away = workers.published(*late)
    story.claim(turned_away == "superseded", f"the late worker was not turned away: {turned_away}")
    done = story.do("recover", "replay", *ORDERS, "--release", story.bad_release, "-e", "production")
    story.claim(done["run"]["state"] == "success", "the replay failed")
    story.do("recover", "rerun", *ORDERS, "-e", "production")  # the night that the late worker was turned away with
    story.report.restore_seconds = round(time.monotonic() - began, 2)
    total = counted(story, "production")
    _taken_back(story)
    chain_holds(story)
    return (
        f"git revert {made[:7]}: epoch {before} → {after}, late worker of epoch {before} turned away,\n"
        f"its {BAD_NIGHTS} objects revoked and replayed: "
        f"{total.duplicates} twice, {total.lost} lost, receipts chain verified"
    )


def _taken_back(story: Story) -> None:
    """The bad release's objects, and they alone, were revoked; nothing of it is live any more."""
    rows = receipts(story)
    revoked = {row.source_key for row in rows if row.kind == "revoke"}
    bad = {row.source_key for row in rows if row.kind == "load" and row.release == story.bad_release}
    story.claim(len(bad) == BAD_NIGHTS and revoked == bad, f"published by the bad release: {bad}, revoked: {revoked}")
    newest = {row.source_key: row for row in rows if row.kind == "load"}
    live = [key for key, row in newest.items() if row.release == story.bad_release]
    story.claim(not live, f"of the bad release {', '.join(live)} still counts")


def _late_worker(story: Story) -> tuple[str, workers.Said]:
    """A run that has loaded and audited under the bad epoch, and has not published yet."""
    run = story.run_name("late")
    night(story, "production")
    workers.landed(run)
    return run, workers.audited(run)
