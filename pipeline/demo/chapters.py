"""The steps of the story, in order. Each returns the line that is shown; each claim in it was checked before."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pipeline import cloud, tasks
from pipeline.demo.counting import Count, count
from pipeline.demo.edit import commit, replace_in
from pipeline.demo.reaches import tried
from pipeline.demo.story import Story
from pipeline.sandbox import customers, seed
from pipeline.tasks import Start
from pipeline.warehouse import Session, connect

TENANTS = ["globex", "initech"]
ORDERS = ("globex", "purchase_orders")
MAPPING = "tenants/globex/mappings/purchase_orders.yaml"
TRANSFORM = "tenants/globex/transforms/purchase_orders.sql"
CONTRACT = "tenants/globex/contracts/purchase_orders.yaml"
PLAIN_FREIGHT = '  Freight:         {column: freight, type: "NUMBER(19,4)", required: true}'
COMMA_FREIGHT = (
    '  Freight:         {column: freight, type: "NUMBER(19,4)", parse: "9,999,999,990.9999", required: true}'
)
BAD_NIGHT, BAD_RELEASE_NIGHTS, FIRST_STAGING_NIGHT = 1, (2, 3, 4), 101
DETECTED_WITHIN_S = 10.0
AT_ONCE = 2  # as many as the sandbox's Airflow has workers


def platform(story: Story) -> str:
    """The shared parts of both environments."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        steps = list(
            pool.map(lambda name: story.do("apply", "--platform", "-e", name)["steps"], ("staging", "production"))
        )
    return f"2 stacks, {sum(steps)} resources"


def staging(story: Story) -> str:
    """Gate, apply, secrets, and a first run of every pipeline."""
    judged = story.do("gate", *TENANTS)
    story.claim(judged["verdict"] == "allow", f"the gate refuses the tenants as they are: {judged['findings'][:2]}")
    applied = story.do("apply", *TENANTS)
    customers.put_secrets(story.home, "staging")
    pipelines = run_everything(story, "staging")
    total = counted(story, "staging")
    resources = sum(outcome["steps"] for outcome in applied.values())
    return (
        f"globex, initech: {judged['checks']} checks, +{resources} resources, {pipelines} pipelines\n{sentence(total)}"
    )


def run_everything(story: Story, environment: str) -> int:
    """Every pipeline once; how many there are."""
    named = [
        (tenant, path.stem)
        for tenant in TENANTS
        for path in sorted((story.clone / f"tenants/{tenant}/pipelines").glob("*.yaml"))
    ]
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        list(pool.map(lambda each: story.do("recover", "rerun", *each, "-e", environment), named))
    story.do("observe", "collect", "-e", environment)
    return len(named)


def pipelines_of(story: Story, tenant: str) -> list[str]:
    return sorted(path.stem for path in (story.clone / f"tenants/{tenant}/pipelines").glob("*.yaml"))


def counted(story: Story, environment: str) -> Count:
    """All rows of an environment, counted at the source and in the warehouse; nothing twice, nothing lost."""
    where = story.environment(environment)
    total = count(story.clone, story.home, where, TENANTS, lambda: deployer(story, environment))
    story.claim(total.duplicates == 0, f"{total.duplicates} rows stand twice in {environment}")
    story.claim(total.lost == 0, f"{total.lost} rows are lost in {environment}")
    story.report.rows = dict(total.__dict__)
    return total


def sentence(total: Count) -> str:
    parts = f"{total.loaded:,} loaded + {total.quarantined:,} quarantined + {total.filtered:,} filtered"
    return f"{total.source:,} source rows = {parts}"


def deployer(story: Story, environment: str) -> Session:
    """A session that may read every tenant's tables, for counting."""
    where = story.environment(environment)
    credentials = cloud.session(where, "deployer").get_credentials().get_frozen_credentials()
    user = where.place.snowflake_identity("deployer")
    return connect(where, credentials, user=user, role=user, warehouse="")


def production(story: Story) -> str:
    """Infrastructure from the settings, secrets, probe, pins as commits, deployments, first runs."""
    story.do("apply", *TENANTS, "-e", "production")
    customers.put_secrets(story.home, "production")
    promoted = {tenant: story.do("promote", tenant) for tenant in TENANTS}
    story.do("apply", *TENANTS, "-e", "production")
    run_everything(story, "production")
    counted(story, "production")
    names = ", ".join(f"{tenant} {document['release'][:8]}" for tenant, document in promoted.items())
    return f"probed, promoted {names} ({len(promoted)} commits)"


def isolation(story: Story) -> str:
    """Everything that a tenant's tasks hold, turned against the neighbour."""
    pairs = [("globex", "initech", "customers"), ("initech", "globex", "purchase_orders")]
    number, through = tried(story.environment("production"), pairs)
    story.report.reaches = {"tried": number, "succeeded": len(through)}
    story.claim(not through, f"reaches succeeded: {', '.join(through)}")
    return f"{number} reaches from globex into initech and back: 0 succeeded"


def bad_change(story: Story) -> str:
    """A contract renamed on one side only: refused on the laptop, and undone."""
    replace_in(story.clone / CONTRACT, "name: vendor_id", "name: supplier_id")
    judged = story.do("gate", "globex", expect=1)
    subprocess.run(["git", "-C", str(story.clone), "checkout", "--quiet", "--", CONTRACT], check=True, timeout=60)
    unfilled = [finding for finding in judged["findings"] if finding["code"] == "contract.column_unfilled"]
    story.claim(bool(unfilled), f"the gate did not see the unfilled column: {judged['findings'][:2]}")
    first, others = unfilled[0], len(judged["findings"]) - 1
    where = first["where"]
    place = f"{where['file']}:{where['line']}:{where['column']}"
    head = "globex renames vendor_id in the contract only: refused before merge"
    return f"{head}\n{place}  {first['code']}  (+{others})\n{first['what']}\nfix: {first['fix']}"


def bad_night(story: Story) -> str:
    """The ERP writes its numbers with a comma: the object waits, the diagnosis says why."""
    path, content = seed.night_of_orders(BAD_NIGHT)
    customers.drop_file(story.home, "globex", path, with_commas(content), environment="production")
    began = time.monotonic()
    failed = story.do("recover", "rerun", *ORDERS, "-e", "production", expect=3)
    incident = _incident(story)
    story.report.detect_seconds = round(time.monotonic() - began, 2)
    story.report.diagnosis = {"class": incident["class"], "cause": incident["cause"]}
    story.claim(
        story.report.detect_seconds <= DETECTED_WITHIN_S, f"detected only after {story.report.detect_seconds} s"
    )
    run = failed["run"]["run"]
    return (
        f'the ERP sends Freight as "1,096.9613": detected in {story.report.detect_seconds:.0f} s, waits, nothing published\n'
        f"{incident['class']} / {incident['cause']}   globex · erp_drop → purchase_orders · run {run}"
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


def _incident(story: Story) -> dict[str, Any]:
    """The stored diagnosis: the newest open incident of production."""
    story.do("observe", "collect", "-e", "production")
    listed = story.do("observe", "incidents", "-e", "production")["incidents"]
    story.claim(bool(listed), "the failed run opened no incident")
    newest: dict[str, Any] = listed[0]
    return newest


def cure(story: Story) -> str:
    """The mapping learns the comma, proves itself in staging, is promoted, and the waiting night is loaded."""
    replace_in(story.clone / MAPPING, PLAIN_FREIGHT, COMMA_FREIGHT)
    commit(story.clone, [MAPPING], "globex: freight may carry a thousands separator")
    before, after = _promoted(story)
    done = story.do("recover", "rerun", *ORDERS, "-e", "production")
    story.claim(done["run"]["state"] == "success", "the night could not be loaded")
    loaded = _last_loaded(story)
    total = counted(story, "production")
    return f"mapping reads the comma, promoted, epoch {before} → {after}, replayed: {loaded} loaded, {total.duplicates} twice"


def _promoted(story: Story) -> tuple[int, int]:
    """Staging first, then production; the epochs of the orders' pipeline before and after."""
    before = _epoch(story)
    story.do("apply", "globex")
    _prove(story)
    story.do("observe", "collect")
    story.do("promote", "globex")
    story.do("apply", "globex", "-e", "production")
    return before, _epoch(story)


def _prove(story: Story) -> None:
    """A real run in staging of what changed: the orders, on a night of their own."""
    number = story.notes["staging night"] = story.notes.get("staging night", FIRST_STAGING_NIGHT - 1) + 1
    path, content = seed.night_of_orders(number)
    customers.drop_file(story.home, "globex", path, content, environment="staging")
    story.do("recover", "rerun", *ORDERS)


def _epoch(story: Story) -> int:
    from pipeline.publish.epoch import read_epoch

    with deployer(story, "production") as session:
        row = read_epoch(session, story.environment("production").place, *ORDERS)
    return row.epoch if row else 0


def _last_loaded(story: Story) -> int:
    table = story.environment("production").place.table(*ORDERS, "ledger")
    with deployer(story, "production") as session:
        [(rows,)] = session.rows(f"SELECT rows_loaded FROM {table} ORDER BY seq DESC LIMIT 1")
    return int(rows)


def bad_release(story: Story) -> str:
    """A transform forgets the freight; no rule sees it; three nights are published under it."""
    replace_in(story.clone / TRANSFORM, "sub_total + tax + freight", "sub_total + tax")
    replace_in(story.clone / MAPPING, COMMA_FREIGHT, COMMA_FREIGHT.replace(", required: true", ""))
    _forget_freight_in_tests(story)
    commit(story.clone, [TRANSFORM, MAPPING, "tenants/globex/tests"], "globex: total without freight")
    _promoted(story)
    for night in BAD_RELEASE_NIGHTS:
        path, content = seed.night_of_orders(night)
        customers.drop_file(story.home, "globex", path, content, environment="production")
    story.do("recover", "rerun", *ORDERS, "-e", "production")
    story.notes["bad release"] = _live_release(story)
    return f"total_due forgets the freight and no rule sees it: {len(BAD_RELEASE_NIGHTS)} objects published"


def _forget_freight_in_tests(story: Story) -> None:
    """The engineer adapts the expectation too, as engineers do."""
    expected = story.clone / "tenants/globex/tests/purchase_orders/expected.csv"
    replace_in(expected, "48485.6873", "47388.7260")
    replace_in(expected, "0.0001", "0.0000")
    replace_in(expected, "11.0500", "10.8000")


def _live_release(story: Story) -> str:
    from pipeline.publish.epoch import read_epoch

    with deployer(story, "production") as session:
        row = read_epoch(session, story.environment("production").place, *ORDERS)
    return row.release if row else ""


def rollback(story: Story) -> str:
    """git revert; a worker of the bad epoch comes late; its objects are taken back and loaded anew."""
    began = time.monotonic()
    late = _late_worker(story)
    before = _epoch(story)
    made = story.do("recover", "revert", "globex")["commit"]
    story.do("apply", "globex", "-e", "production")
    after = _epoch(story)
    turned_away = tasks.publish(*late).outcome
    story.claim(turned_away == "superseded", f"the late worker was not turned away: {turned_away}")
    done = story.do("recover", "replay", *ORDERS, "--release", story.notes["bad release"], "-e", "production")
    story.claim(done["run"]["state"] == "success", "the replay failed")
    story.do("recover", "rerun", *ORDERS, "-e", "production")  # the night that the late worker was turned away with
    story.report.restore_seconds = round(time.monotonic() - began, 2)
    total = counted(story, "production")
    _chain(story)
    return (
        f"git revert {made[:7]}: epoch {before} → {after}, late worker of epoch {before} turned away,\n"
        f"its {len(BAD_RELEASE_NIGHTS)} objects revoked and replayed: "
        f"{total.duplicates} twice, {total.lost} lost, receipts chain verified"
    )


def _late_worker(story: Story) -> tuple[Start, Any]:
    """A run that has loaded and audited under the bad epoch, and has not published yet."""
    path, content = seed.night_of_orders(max(BAD_RELEASE_NIGHTS) + 1)
    customers.drop_file(story.home, "globex", path, content, environment="production")
    said: Any = {}
    for name, task in (("ingest", tasks.ingest), ("load", tasks.load), ("verify", tasks.verify)):
        result = task(Start(*ORDERS[:1], "production", ORDERS[1], "r-late", name), said)
        said = {**said, **result.said}
    return Start(ORDERS[0], "production", ORDERS[1], "r-late", "publish"), said


def _chain(story: Story) -> None:
    from pipeline.live import Tables
    from pipeline.publish import ledger

    where = story.environment("production")
    with deployer(story, "production") as session:
        rows = ledger.read(session, Tables(where.place, *ORDERS))
    broken = ledger.verify_chain([ledger.receipt(row, ORDERS[0], where.name, ORDERS[1]) for row in rows])
    story.claim(not broken, f"the receipts' chain is broken: {broken[:1]}")


def scratch_clone(home: Path, clone: Path) -> None:
    """The story's own clone of what is committed: the user's checkout is never touched."""
    shutil.rmtree(clone, ignore_errors=True)
    clone.parent.mkdir(parents=True, exist_ok=True)
    git = ["git", "-c", "advice.detachedHead=false"]
    subprocess.run([*git, "clone", "--quiet", "--no-hardlinks", str(home), str(clone)], check=True, timeout=120)
    for key, value in (
        ("user.name", "Dana Demo"),
        ("user.email", "dana@acmeconnect.example"),
        ("commit.gpgsign", "false"),
    ):
        subprocess.run([*git, "-C", str(clone), "config", key, value], check=True, timeout=60)


STEPS = [
    ("platform", platform),
    ("staging", staging),
    ("production", production),
    ("isolation", isolation),
    ("a bad change", bad_change),
    ("a bad night", bad_night),
    ("the cure", cure),
    ("a bad release", bad_release),
    ("rollback", rollback),
]
