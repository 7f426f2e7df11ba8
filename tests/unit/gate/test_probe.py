"""The probe of production, on real parts: refuses for what differs there, says so once, and leaves nothing behind."""

import gzip
import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import asyncssh
import pytest

from pipeline import naming
from pipeline.cloud import Secret
from pipeline.findings import Where
from pipeline.gate import probe as probing
from pipeline.gate.probes import reach, runway, scratch, source, store, transform
from pipeline.gate.probes.asking import together
from pipeline.live import Tables
from pipeline.settings import Address
from tests.probed import NEIGHBOUR, PLACE, TENANT, made, policy

ORDERS = "PurchaseOrderHeader_2015.csv.gz"


@pytest.fixture(scope="module")
def production(world, customers, tmp_path_factory):
    """Globex in production, with everything as it must be; a test mends what it breaks."""
    return made(world, customers, tmp_path_factory.mktemp("production"))


@pytest.fixture(scope="module")
def header(production):
    """A file of orders as production sends them."""
    home = production.customers.folder.sftp / production.source.site / production.source.user / "home"
    return gzip.decompress((home / "outbound/purchasing/PurchaseOrderHeader_2014.csv.gz").read_bytes())


def said(findings):
    return " ".join(finding.sentence() for finding in findings)


def schemas(production):
    rows = production.sql(f"SHOW SCHEMAS IN DATABASE {PLACE.database}")
    return [name for row in rows if naming.read_probe_schema(name := str(row[1]))]


def test_production_as_it_must_be_passes_and_nothing_is_left_behind(production):
    """No finding; no schema, no object in the lake, no grant more than before."""
    before = production.sql(f"SHOW GRANTS TO ROLE {production.role}")
    assert production.probe().findings == ()
    assert schemas(production) == []
    assert production.sql(f"SHOW GRANTS TO ROLE {production.role}") == before
    assert "Contents" not in production.aws.root("s3").list_objects_v2(Bucket=PLACE.lake_bucket)


def test_a_key_a_grant_and_a_header_that_differ_are_each_refused_with_their_mending(production, header):
    """The customer's server does not know the key: told once for all pipelines. A right is missing; a column has another name."""
    key = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    stage = PLACE.stage(TENANT)
    production.put(private_key=key)
    production.sql(f"REVOKE USAGE ON STAGE {stage} FROM ROLE {production.role}")
    try:
        findings = production.probe().findings
    finally:
        production.put_right()
        production.sql(f"GRANT USAGE ON STAGE {stage} TO ROLE {production.role}")
    assert sorted(finding.code for finding in findings) == ["probe.credential", "probe.grant_missing"]
    assert all(finding.denies and "acme gate globex --probe -e production" in finding.fix for finding in findings)
    assert f"GRANT USAGE ON STAGE {stage} TO ROLE {production.role}" in said(findings)
    assert "purchase_order_lines, purchase_orders, vendors" in said(findings)
    assert key.splitlines()[1] not in said(findings)
    with production.dropped(ORDERS, gzip.compress(header.replace(b"VendorID", b"SupplierNo", 1))):
        answer = source.ask(production.subject, "erp_drop")
    (renamed,) = source.told(production.subject, answer.differences, "")
    assert (renamed.code, renamed.where.line) == ("probe.renamed_column", 7)


def test_what_a_secret_lacks_is_told_with_the_command_that_gives_it(production):
    """It is not there, it has no value, its host is not in the sandbox's book."""

    def asked(**changes):
        (found,) = source.ask(replace(production.subject, **changes), "erp_drop").findings
        return found.code, found.fix.partition(";")[0]

    settings = json.loads(json.dumps(production.subject.settings))
    settings["connectors"]["erp_drop"]["secret"] = "other"
    put = "./acme sandbox address globex, then ./acme sandbox secrets -e production"
    assert asked(settings=settings) == ("probe.missing", f"acme apply globex -e production, then {put}")
    production.aws.root("secretsmanager").create_secret(Name=PLACE.secret(TENANT, "other"))
    assert asked(settings=settings) == ("probe.missing", put)
    nowhere = replace(production.subject.environment, addresses={})
    assert asked(environment=nowhere) == ("probe.missing", "./acme sandbox address TENANT")


def test_a_tenant_that_is_not_there_yet_is_told_so_once(production):
    """Nothing can be asked as a tenant without a role; one whose role trusts nobody of us is another case."""
    subject = production.subject
    (told,) = production.probe(release=replace(subject.release, tenant="umbrella")).findings
    assert (told.code, told.fix.partition(";")[0]) == ("probe.missing", "acme apply umbrella -e production")
    nobody = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    iam, role = production.aws.root("iam"), PLACE.role(NEIGHBOUR)
    kept = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=policy([nobody]))
    (told,) = production.probe(release=replace(subject.release, tenant=NEIGHBOUR)).findings
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(kept))
    assert told.code == "probe.credential"


@pytest.mark.parametrize(
    ("ends", "level"), [("-1", "deny"), ("480", "warn"), ("43200", None), ("soon", "info"), ("", None)]
)
def test_a_secret_that_ends_before_the_next_runs_is_told(production, ends, level):
    """Ended stops; ending within the next runs warns; what cannot be read is said. Its end alone is told, not its value."""
    at = datetime.now(UTC) + timedelta(minutes=int(ends)) if ends.lstrip("-").isdigit() else None
    value = {"private_key": "hidden", **({"expires_at": at.isoformat() if at else ends} if ends else {})}
    pipelines = [production.subject.release.pipeline("purchase_orders")]
    found = list(runway.ask(production.subject, Secret("s", json.dumps(value)), pipelines, Where("f")))
    assert [finding.level for finding in found] == ([level] if level else [])
    assert "hidden" not in said(found)


def test_what_others_could_read_and_what_the_role_could_do_too_much_is_refused(production):
    """A neighbour's role that reads our secret; a role that writes where releases stand; a grant that no run needs."""
    secrets = production.aws.root("secretsmanager")
    wide = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    releases = f"arn:aws:s3:::{PLACE.lake_bucket}/{TENANT}/releases/*"
    kept = secrets.get_resource_policy(SecretId=production.secret)["ResourcePolicy"]
    secrets.delete_resource_policy(SecretId=production.secret)
    production.allow(NEIGHBOUR, wide)
    production.allow(TENANT, {"Effect": "Allow", "Action": "s3:PutObject", "Resource": releases})
    production.sql(f"GRANT CREATE TABLE ON SCHEMA {PLACE.database}.GLOBEX TO ROLE {production.role}")
    try:
        asked = (reach.secrets, reach.lake, store.ask)
        found = [finding for ask in asked for finding in ask(production.subject)]
    finally:
        secrets.put_resource_policy(SecretId=production.secret, ResourcePolicy=kept)
        production.allow(NEIGHBOUR)
        production.allow(TENANT)
        production.sql(f"REVOKE CREATE TABLE ON SCHEMA {PLACE.database}.GLOBEX FROM ROLE {production.role}")
    assert [finding.code.removeprefix("probe.") for finding in found] == [
        "secret_exposed",
        "secret_exposed",
        "right_excess",
        "grant_excess",
    ]
    assert "the role of initech can read" in said(found)
    assert "writes below globex/releases/" in said(found)


def test_a_secrets_policy_is_read_by_what_it_denies():
    """Another role's, an allowance, or another action turns nobody away."""
    right = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["secretsmanager:GetSecretValue"],
        "Condition": {"StringNotEquals": {"aws:PrincipalArn": "arn:role"}},
    }
    assert reach.turns_away({"Statement": [right]}, "arn:role")
    for wrong in ({"Effect": "Allow"}, {"Action": "secretsmanager:PutSecretValue"}, {"Condition": {}}):
        assert not reach.turns_away({"Statement": [{**right, **wrong}]}, "arn:role")
    assert not reach.turns_away({"Statement": [right]}, "arn:other")


def test_a_transform_is_run_by_its_role_on_real_types_and_no_value_is_told(production):
    """An unknown column, a value that cannot be computed, rows that the contract refuses: each of its pipeline."""
    orders = production.subject.release.pipeline("purchase_orders")
    broken = {
        "unknown": orders.transform.replace("vendor_id,", "vendr_id AS vendor_id,"),
        "value": orders.transform.replace("vendor_id,", "TO_NUMBER(status_code || 'x') AS vendor_id,"),
        "status": orders.transform.replace("'complete'", "'done'"),
        "well": orders.transform,
    }
    pipelines = tuple(replace(orders, name=name, transform=text) for name, text in broken.items())
    seen = source.ask(production.subject, "erp_drop").samples["purchase_orders"]
    release = replace(production.subject.release, pipelines=pipelines)
    found = list(transform.ask(replace(production.subject, release=release), dict.fromkeys(broken, seen)))
    told = {finding.where.file.rpartition("/")[2].partition(".")[0]: finding for finding in found}
    assert {name: finding.code for name, finding in told.items()} == {
        "unknown": "probe.transform_refused",
        "value": "probe.transform_refused",
        "status": "probe.contract_broken",
    }
    assert "VENDR_ID" in told["unknown"].what.upper()
    assert told["value"].what.endswith("a sampled row cannot be computed.")
    assert told["status"].denies


def test_tables_that_stand_are_looked_at_with_their_grants_and_types(production):
    """A right on a table that a run needs; a stage that leads elsewhere; a column that would change its nature."""
    orders, place = production.subject.release.pipeline("purchase_orders"), PLACE.stage(TENANT)
    ledger, lake = Tables(PLACE, TENANT, "purchase_orders").ledger, f"s3://{PLACE.lake_bucket}/"
    columns = [
        replace(column, type="NUMBER(19,2)" if column.name == "total_due" else column.type)
        for column in orders.contract.columns
    ]
    narrower = replace(orders, contract=replace(orders.contract, columns=tuple(columns)))
    production.sql(
        f"REVOKE INSERT ON TABLE {ledger} FROM ROLE {production.role}",
        f"ALTER STAGE {place} SET URL = '{lake}{NEIGHBOUR}/landing/'",
    )
    try:
        release = replace(production.subject.release, pipelines=(narrower,))
        found = list(store.ask(replace(production.subject, release=release)))
    finally:
        production.sql(
            f"GRANT INSERT ON TABLE {ledger} TO ROLE {production.role}",
            f"ALTER STAGE {place} SET URL = '{lake}{TENANT}/landing/'",
        )
    assert [finding.code for finding in found] == ["probe.conflict", "probe.grant_missing", "probe.conflict"]
    assert f"GRANT INSERT ON TABLE {ledger}" in found[1].fix
    assert "total_due" in found[2].what


def test_what_a_killed_probe_left_the_next_one_removes(production):
    """A schema that is older than a probe lasts goes; one of a probe at work, of a neighbour's, or of another name stays."""
    old, now = datetime.now(UTC) - timedelta(minutes=5), datetime.now(UTC)
    left, working = naming.probe_schema(TENANT, old, "aa"), naming.probe_schema(TENANT, now, "bb")
    theirs = naming.probe_schema(NEIGHBOUR, old, "cc")
    production.sql(*(f"CREATE SCHEMA {PLACE.database}.{name}" for name in (left, working, theirs)))
    with scratch.scratch(production.subject) as own:
        assert sorted(schemas(production)) == sorted([working, theirs, own])
    production.sql(*(f"DROP SCHEMA {PLACE.database}.{name}" for name in (working, theirs)))


def test_a_scratch_is_removed_whatever_happens_in_it(production):
    """Also where the run in it fails; it holds temporary tables alone, so a kill leaves no row."""
    with pytest.raises(ZeroDivisionError), scratch.scratch(production.subject) as name:
        with store.session(production.subject, name) as own:
            own.execute("CREATE TEMPORARY TABLE t (a NUMBER)")
        assert production.sql(f"SHOW TABLES IN SCHEMA {PLACE.database}.{name}") == []
        1 / 0  # noqa: B018  whatever
    assert schemas(production) == []


def test_what_gives_no_answer_is_told_by_tier_and_never_passes(production, monkeypatch):
    """Nothing to compare, no answer in time: a priority tenant is stopped, for others it is said. A dead host stops everybody."""
    nobody = {**production.subject.environment.addresses, production.source.site: Address("127.0.0.1:9", "SHA256:x")}
    dead = replace(production.subject, environment=replace(production.subject.environment, addresses=nobody))
    assert [finding.code for finding in source.ask(dead, "erp_drop").findings] == ["probe.unreachable"]
    orders = replace(production.subject.release.pipeline("purchase_orders"), fetch={"files": "Nothing_*.csv"})
    release = replace(production.subject.release, pipelines=(orders,))
    monkeypatch.setattr(probing, "_questions", lambda _: {"the slow one": lambda: time.sleep(2)})
    monkeypatch.setattr(probing, "_transforms", lambda *_: source.Answer())
    for tier, level in (("standard", "info"), ("priority", "deny")):
        subject = replace(production.subject, release=release, settings={**production.subject.settings, "tier": tier})
        found = [*source.ask(subject, "erp_drop").findings, *probing.probe(subject, within_s=0.05).findings]
        assert [(f.code, f.level) for f in found] == [("probe.no_sample", level), ("probe.unanswered", level)]


def test_questions_are_asked_side_by_side_and_nobody_waits_for_a_late_one():
    """Two that take a while take as long as one; an error is raised where its answer is taken."""
    began = time.monotonic()
    each = {"a": 0.3, "b": 0.3, "late": 30.0}
    questions = {name: partial(time.sleep, seconds) for name, seconds in each.items()}
    asked = together({**questions, "bad": lambda: 1 / 0}, began + 1)
    assert time.monotonic() - began < 1.5
    assert [name for name, one in asked.items() if one.late] == ["late"]
    with pytest.raises(ZeroDivisionError):
        asked["bad"].take()
