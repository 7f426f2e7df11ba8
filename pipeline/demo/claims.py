"""What the steps look up for themselves before they say it: rows, epochs, receipts, incidents."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from pipeline import cloud
from pipeline.demo.counting import Count, count
from pipeline.demo.story import Broken, Story
from pipeline.live import Tables
from pipeline.publish import ledger
from pipeline.publish.epoch import EpochRow, read_epoch
from pipeline.warehouse import Session, connect

TENANTS = ["globex", "initech"]
ORDERS = ("globex", "purchase_orders")
RECORDED_WITHIN_S = 10.0


def pipelines(story: Story, tenants: Iterable[str] = TENANTS) -> list[tuple[str, str]]:
    """(tenant, pipeline) of all that the clone holds."""
    folders = [(tenant, story.clone / f"tenants/{tenant}/pipelines") for tenant in tenants]
    return [(tenant, path.stem) for tenant, folder in folders for path in sorted(folder.glob("*.yaml"))]


def counted(story: Story, environment: str) -> Count:
    """All rows of the pipelines that ran, counted at the source and in the warehouse; nothing twice, nothing lost."""
    ran = story.ran[environment]
    total = count(story.clone, story.home, story.environment(environment), ran, lambda: deployer(story, environment))
    story.report.rows = dict(total.__dict__)
    story.claim(total.duplicates == 0, f"{total.duplicates} rows count twice in {environment}")
    story.claim(total.lost == 0, f"{total.lost} rows are lost in {environment}")
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


def live(story: Story) -> EpochRow:
    """What of the orders' pipeline is live in production."""
    with deployer(story, "production") as session:
        row = read_epoch(session, story.environment("production").place, *ORDERS)
    if row is None:
        raise Broken("nothing is live in production")
    return row


def receipts(story: Story) -> list[ledger.Row]:
    """The ledger of the orders in production, in order."""
    with deployer(story, "production") as session:
        return ledger.read(session, Tables(story.environment("production").place, *ORDERS))


def chain_holds(story: Story) -> None:
    """Every receipt of the orders names the hash of the one before it."""
    rows = [ledger.receipt(row, ORDERS[0], "production", ORDERS[1]) for row in receipts(story)]
    broken = ledger.verify_chain(rows)
    story.claim(not broken, f"the receipts' chain is broken: {broken[:1]}")


def incident(story: Story) -> dict[str, Any]:
    """The stored diagnosis: the newest open incident of production, as soon as the collector has it."""
    deadline = time.monotonic() + RECORDED_WITHIN_S
    while not (listed := _open_in_production(story)):
        story.claim(time.monotonic() < deadline, "the failed run opened no incident")
        time.sleep(0.05)
    return listed[-1]


def _open_in_production(story: Story) -> list[dict[str, Any]]:
    listed = story.do("observe", "incidents", "-e", "production")["incidents"]
    return sorted((each for each in listed if each["environment"] == "production"), key=lambda each: each["opened_at"])
