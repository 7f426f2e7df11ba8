"""A tenant that nobody wrote code for: other tables, other write modes, a join; through every stage and back."""

import csv
import gzip
import io
import shutil
from pathlib import Path

import pytest

from pipeline.cli.world import Hands
from pipeline.sandbox import customers, records

TENANT = "umbrella_foods"
WRITTEN = Path(__file__).with_name("tenants") / TENANT
DIRECTORY = "/outbound/stock"
PRODUCTS, COUNTS = "Product", "ProductInventory"
SECOND_DAY = "20140201"


def rows(table):
    """The ERP's own records."""
    return list(csv.DictReader(io.StringIO(records.table(table))))


def packed(header, body):
    out = io.StringIO()
    writer = csv.DictWriter(out, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(body)
    return gzip.compress(out.getvalue().encode(), mtime=0)


def seen(workplace, sql):
    """What readers in production see."""
    with Hands(workplace.checkout, "production").warehouse() as session:
        return session.rows(sql.replace("FROM ", f"FROM ACME_PRODUCTION.{TENANT}."))


def stock_by_source(*counts):
    """[(rows, pieces, rows with a name)] that the transform must give for these counts of the stores."""
    known = {row["ProductID"] for row in rows(PRODUCTS)}
    groups = [(number, row["ProductID"], row["ModifiedDate"]) for number, count in enumerate(counts) for row in count]
    pieces = sum(int(row["Quantity"]) for count in counts for row in count)
    return [(len(set(groups)), pieces, len({group for group in groups if group[1] in known}))]


@pytest.fixture
def author(workplace, monkeypatch):
    """The folder as its engineer leaves it, on a branch, beside what `acme new tenant` wrote; the sandbox runs."""
    for name in ("ACME_SANDBOX", "ACME_ENVIRONMENTS"):
        monkeypatch.setenv(name, workplace.variables[name])
    workplace.git("checkout", "-q", "-B", "main")
    workplace.git("checkout", "-q", "-b", TENANT)
    folder = workplace.checkout / "tenants" / TENANT
    workplace.acme("new", "tenant", TENANT, "--kind", "sftp", "--owner", "integrations-emea")
    shutil.rmtree(folder)
    shutil.copytree(WRITTEN, folder)
    workplace.git("add", "CODEOWNERS", f"tenants/{TENANT}")
    workplace.git("commit", "-q", "--no-verify", "-m", f"{TENANT}: products and stock")
    workplace.acme("sandbox", "up")
    tables = [word for table in (PRODUCTS, COUNTS) for word in ("--table", table)]
    workplace.acme("sandbox", "address", TENANT, *tables, "--directory", DIRECTORY)
    return workplace


def judged(place):
    """Validate and gate have nothing to say of the change."""
    assert place.acme("validate", TENANT)["findings"] == []
    verdict = place.acme("gate", "--base", "main", "--head", TENANT)
    assert (verdict["verdict"], verdict["tenants"], verdict["findings"]) == ("allow", [TENANT], [])


def live(place, environment):
    """Applied, its secret put; what apply said."""
    told = place.acme("apply", TENANT, "-e", environment)[TENANT]
    place.acme("sandbox", "secrets", "-e", environment)
    return told


def run(place, pipeline, environment, code=0):
    """The tasks' states of one run."""
    return place.acme("recover", "rerun", TENANT, pipeline, "-e", environment, code=code)["run"]


def ran_everything(place, environment):
    for pipeline in ("products", "stock"):  # a count is read with the names of the newest list
        assert run(place, pipeline, environment)["state"] == "success"


def test_a_tenant_of_another_shape_goes_through_every_stage(author):
    """From the folder to production and back, with no change outside the folder but its CODEOWNERS row."""
    place = author
    assert place.git("diff", "--name-only", "main", "--", ".", f":!tenants/{TENANT}") == "CODEOWNERS"
    judged(place)
    for environment in ("staging", "production"):
        place.acme("apply", "--platform", "-e", environment)
    assert live(place, "staging")["outcome"] == "live"
    ran_everything(place, "staging")
    live(place, "production")
    place.acme("promote", TENANT)
    assert set(live(place, "production")["epochs"]) == {"products", "stock"}
    ran_everything(place, "production")

    assert seen(place, "SELECT COUNT(*) FROM products") == [(len(rows(PRODUCTS)),)]
    asked = "SELECT COUNT(*), SUM(pieces), COUNT(product_name) FROM stock"
    assert seen(place, asked) == stock_by_source(rows(COUNTS))
    the_next_day(place)
    assert seen(place, "SELECT product_name FROM products") == [("Adjustable Race II",)]
    assert seen(place, asked) == stock_by_source(rows(COUNTS), rows(COUNTS)[:50])

    assert run(place, "stock", "production")["tasks"] == {
        "ingest": "success",
        "load": "skipped",
        "verify": "skipped",
        "publish": "skipped",
    }
    told(place)
    back(place)


def the_next_day(place):
    """A new list takes the older one's place; a second count stands beside the first."""
    [first, *_] = rows(PRODUCTS)
    renamed = packed(first, [{**first, "Name": "Adjustable Race II"}])
    counted = packed(rows(COUNTS)[0], rows(COUNTS)[:50])
    for table, content in ((PRODUCTS, renamed), (COUNTS, counted)):
        path = f"{DIRECTORY}/{table}_{SECOND_DAY}.csv.gz"
        customers.drop_file(place.checkout, TENANT, path, content, environment="production")
    run(place, "stock", "production")
    run(place, "products", "production")


def told(place):
    """Status shows one release on both sides, a trace leads from a deployment to what it published."""
    environments = place.acme("observe", "status", TENANT)["environments"]
    staging, production = environments["staging"]["deployment"], environments["production"]["deployment"]
    assert staging["release"] == production["release"]
    assert [one["incidents"] for one in environments.values()] == [[], []]
    trace = place.acme("observe", "trace", production["deployment"])
    assert {each["pipeline"] for each in trace["runs"]} == {"products", "stock"}


def back(place):
    """The revert of the first promotion: nothing runs in production any more, and readers keep what they have."""
    before = seen(place, "SELECT COUNT(*) FROM stock")
    assert place.acme("recover", "revert", TENANT)["undoing"]["after"] is None
    place.acme("apply", TENANT, "-e", "production")
    assert run(place, "stock", "production", code=3)["state"] == "lost"
    assert seen(place, "SELECT COUNT(*) FROM stock") == before
