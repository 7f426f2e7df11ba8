"""From an empty sandbox to production: the shared parts, staging, promotion, the wall between tenants, a refused change."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor

from pipeline.demo.claims import ORDERS, TENANTS, counted, pipelines, sentence
from pipeline.demo.edit import replace_in
from pipeline.demo.reaches import tried
from pipeline.demo.story import Story
from pipeline.sandbox import customers

CONTRACT = "tenants/globex/contracts/purchase_orders.yaml"
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
    runs = run_all(story, "staging", pipelines(story))
    total = counted(story, "staging")
    resources = sum(outcome["steps"] for outcome in applied.values())
    return f"globex, initech: {judged['checks']} checks, +{resources} resources, {runs} pipelines\n{sentence(total)}"


def run_all(story: Story, environment: str, named: list[tuple[str, str]]) -> int:
    """Each of these pipelines once; how many they are."""
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        list(pool.map(lambda each: story.do("recover", "rerun", *each, "-e", environment), named))
    story.ran[environment] = named
    return len(named)


def production(story: Story) -> str:
    """Probe, pins as commits, deployments, first runs."""
    promoted = {tenant: story.do("promote", tenant) for tenant in TENANTS}
    story.do("apply", *TENANTS, "-e", "production")
    run_all(story, "production", [ORDERS] if story.fast else pipelines(story))
    counted(story, "production")
    names = ", ".join(f"{tenant} {document['release'][:8]}" for tenant, document in promoted.items())
    return f"probed, promoted {names} ({len(promoted)} commits)"


def isolation(story: Story) -> str:
    """Everything that a tenant's tasks hold, turned against the neighbour."""
    number, through = tried(story.environment("production"), {"globex": "purchase_orders", "initech": "customers"})
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
