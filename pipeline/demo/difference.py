"""What differs in production from staging: a key, a grant, a field.

The probe refuses each before it is promoted; then all is mended.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from pipeline.demo.claims import TENANTS, deployer
from pipeline.demo.story import Story
from pipeline.sandbox import customers, faults

FIELD = {"resource": "customers", "column": "TerritoryID", "to": "SalesTerritoryID"}
REFUSED = {
    ("globex", "probe.credential"): "production's server does not know its key",
    ("globex", "probe.grant_missing"): "its role there may not use the warehouse",
    ("initech", "probe.renamed_column"): f"`{FIELD['column']}` is `{FIELD['to']}` there",
}


def probe(story: Story) -> str:
    """Infrastructure from the settings, secrets; then promotions that would break there, each refused for its reason."""
    story.do("apply", *TENANTS, "-e", "production")
    customers.put_secrets(story.home, "production")
    with differing(story), ThreadPoolExecutor(max_workers=len(TENANTS)) as pool:
        answers = dict(zip(TENANTS, pool.map(lambda name: story.do("promote", name, expect=1), TENANTS), strict=True))
    said = {(name, each["code"]) for name, answer in answers.items() for each in answer["findings"]}
    story.claim(said == set(REFUSED), f"the probe of production said {sorted(said)}, not {sorted(REFUSED)}")
    lines = [f"{code:<22} {tenant}: {what}" for (tenant, code), what in REFUSED.items()]
    return "\n".join(["a key, a grant and a field differ from staging's: nothing promoted", *lines])


@contextmanager
def differing(story: Story) -> Iterator[None]:
    """Production as it differs, for a while."""
    place = story.environment("production").place
    grant = f"USAGE ON WAREHOUSE {place.warehouse('eu1', priority=False)}"
    with deployer(story, "production") as session:
        session.execute(f"REVOKE {grant} FROM ROLE {place.snowflake_user('globex')}")
        try:
            faults.inject(story.home, "wrong_key", "globex", "production")
            faults.inject(story.home, "renamed_column", "initech", "production", **FIELD)
            yield
        finally:
            faults.clear(story.home, environment="production")
            session.execute(f"GRANT {grant} TO ROLE {place.snowflake_user('globex')}")
