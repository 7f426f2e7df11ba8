"""Hostile tenant folders, each a real tenant with one thing done to it: name → the doing, on the tenant's folder.

`put` writes a file, `swap` changes a text in one; content may be text or bytes. Nothing here is large on disk before it is
built.
"""

import os
from collections.abc import Callable
from pathlib import Path

Doing = Callable[[Path], None]

HEAD = "title: Globex\ntier: standard\nowners: [integrations-emea]\n"
PIPELINE, MAPPING = "pipelines/purchase_orders.yaml", "mappings/purchase_orders.yaml"
CONTRACT, TRANSFORM = "contracts/purchase_orders.yaml", "transforms/purchase_orders.sql"
STAGING, CONNECTOR = "environments/staging.yaml", "connectors/erp_drop.yaml"
PATTERN_AT = "logicalType: string\n        physicalType: VARCHAR(16)"


def put(file: str, content: str | bytes) -> Doing:
    def do(root: Path) -> None:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))

    return do


def swap(file: str, find: str, write: str) -> Doing:
    def do(root: Path) -> None:
        text = (root / file).read_text(encoding="utf-8")
        assert find in text, find
        put(file, text.replace(find, write, 1))(root)

    return do


def link(file: str, target: str) -> Doing:
    def do(root: Path) -> None:
        (root / file).unlink(missing_ok=True)
        (root / file).symlink_to(target)

    return do


def many(count: int, name: str, content: str = "") -> Doing:
    def do(root: Path) -> None:
        for number in range(count):
            put(name.format(number), content)(root)

    return do


def head(extra: str) -> Doing:
    return put("tenant.yaml", HEAD + extra)


def title(value: str) -> Doing:
    return put("tenant.yaml", HEAD.replace("Globex", value, 1))


def sql(text: str) -> Doing:
    return put(TRANSFORM, text)


def column(expression: str) -> Doing:
    return swap(TRANSFORM, "    shipped_on,", f"    {expression} AS shipped_on,")


def source(text: str) -> Doing:
    return swap(TRANSFORM, "FROM landed", text)


def query(text: str) -> Doing:
    return swap(CONTRACT, "SELECT COUNT(*) FROM purchase_orders WHERE total_due < 0", text)


def pattern(text: str) -> Doing:
    return swap(CONTRACT, PATTERN_AT, f"logicalTypeOptions: {{pattern: '{text}'}}\n        {PATTERN_AT}")


def fifo(file: str) -> Doing:
    return lambda root: os.mkfifo(root / file)


def folder_link(root: Path) -> None:
    (root / "transforms/purchase_orders.sql").unlink()
    (root / "transforms/vendors.sql").unlink()
    (root / "transforms/purchase_order_lines.sql").unlink()
    (root / "transforms").rmdir()
    (root / "transforms").symlink_to(root / "contracts")


def deep_folders(root: Path) -> None:
    put("/".join(["d"] * 60) + "/x.yaml", "a: 1")(root)


BOMB = "a: &a [x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c, *c]\n"

YAML = {
    "aliases that multiply": put("tenant.yaml", BOMB),
    "an alias to itself": head("promotion: &p [*p]\n"),
    "an anchor alone": head("promotion: &p manual\n"),
    "an alias to nothing": head("promotion: *nowhere\n"),
    "a merge key": head("<<: {promotion: auto}\n"),
    "a merge key and an anchor": head("a: &a {promotion: auto}\n<<: *a\n"),
    "a Python object": title("!!python/object/apply:os.system [id]"),
    "a Python name": title("!!python/name:os.system"),
    "a tag of ours": title("!secret erp"),
    "a string tag": title("!!str Globex"),
    "a binary": title("!!binary R0lGODlhDAAMAIQAAP=="),
    "an include": head("promotion: !include /etc/passwd\n"),
    "a tag directive": put("tenant.yaml", "%TAG ! tag:x,2026:\n---\n" + HEAD),
    "YAML 1.1": put("tenant.yaml", "%YAML 1.1\n---\n" + HEAD),
    "two documents": put("tenant.yaml", HEAD + "---\n" + HEAD),
    "a duplicate key": head("tier: priority\n"),
    "a duplicate key in other quotes": head('"tier": priority\n'),
    "a duplicate key far down": swap(STAGING, "port: 22}", "port: 22, host: evil.example}"),
    "a list as key": head("? [a, b]\n: c\n"),
    "a mapping as key": head("{a: b}: c\n"),
    "10,000 open brackets": title("[" * 10_000),
    "10,000 open braces": title("{a: " * 10_000),
    "deep block lists": put("tenant.yaml", "- " * 5_000 + "x\n"),
    "deep indents": put("tenant.yaml", "".join(" " * n + f"k{n}:\n" for n in range(400))),
    "10 MB of one line": title("x" * 10_000_000),
    "10 MB of comments": put("tenant.yaml", HEAD + "# comment\n" * 1_000_000),
    "a key of 200,000 characters": head("k" * 200_000 + ": 1\n"),
    "30,000 keys": put("tenant.yaml", "".join(f"k{n}: 1\n" for n in range(30_000))),
    "60,000 flow items": title("[" + "a," * 60_000 + "]"),
    "many quoted quotes": title("'" + "''" * 100_000 + "'"),
    "a quote never closed": title('"never closed'),
    "a block never ended": title("|99"),
    "tabs for indent": put("tenant.yaml", "title:\n\tx: 1\n"),
    "an escape out of range": title('"\\UFFFFFFFF"'),
    "a NUL by escape": title('"a\\0b"'),
    "a bidi override by escape": title('"a\\u202Eb"'),
    "a surrogate by escape": title('"\\uD800"'),
    "an empty file": put("tenant.yaml", b""),
    "only a scalar": put("tenant.yaml", "globex\n"),
    "only a list": put("tenant.yaml", "[title, tier]\n"),
    "not a number": swap(STAGING, "port: 22", "port: .nan"),
    "infinity": swap(STAGING, "port: 22", "port: .inf"),
    "1e999": swap(STAGING, "port: 22", "port: 1e999"),
    "a number of 5,000 digits": swap(STAGING, "port: 22", "port: " + "9" * 5_000),
    "a negative port": swap(STAGING, "port: 22", "port: -1"),
    "a port in hex": swap(STAGING, "port: 22", "port: 0x100000"),
    "base 60": swap(STAGING, "port: 22", "port: 1:30"),
    "no as a boolean": swap(CONTRACT, "required: true", "required: yes"),
    "a date as text": head("promotion: 2026-11-20\n"),
}
BYTES = {
    "Latin-1": put("tenant.yaml", "title: Vélos\n".encode("latin-1")),
    "UTF-16": put("tenant.yaml", HEAD.encode("utf-16")),
    "overlong UTF-8": put("tenant.yaml", b"title: \xc0\xaf\n"),
    "a NUL byte": put("tenant.yaml", HEAD.encode() + b"\x00"),
    "an escape sequence": title("\x1b[2Jx"),
    "a bidi override": title("\u202egro.live"),
    "an isolate": title("a\u2066b"),
    "a zero-width joiner": swap(PIPELINE, "erp_drop", "erp\u200d_drop"),
    "a soft hyphen": swap(PIPELINE, "erp_drop", "erp\u00ad_drop"),
    "a byte order mark inside": title("a\ufeffb"),
    "a line separator": title("a\u2028b"),
    "C1 controls": title("a\u0085b"),
    "random bytes": put(TRANSFORM, bytes(range(256)) * 8),
    "gzip as YAML": put("tenant.yaml", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"),
    "a bidi override in SQL": source("FROM landed -- \u202e x"),
    "a Cyrillic look-alike column": swap(CONTRACT, "name: vendor_id", "name: vend\u043er_id"),
    "a full-width look-alike": swap(MAPPING, "column: tax", "column: \uff54ax"),
    "a Kelvin sign": swap(MAPPING, "column: tax", "column: ta\u212a"),
    "Arabic digits in a type": swap(MAPPING, "NUMBER(3,0)", "NUMBER(\u0663,0)"),
    "Arabic digits in a schedule": swap(PIPELINE, "H * * * *", "\u0665 * * * *"),
    "a look-alike environment": put("environments/st\u0430ging.yaml", "cell: eu1\n"),
}
PATHS = {
    "a link to a file outside": link("connectors/extra.yaml", "/etc/passwd"),
    "a link to a sibling": link(TRANSFORM, "vendors.sql"),
    "a link to nothing": link("contracts/gone.yaml", "/nowhere"),
    "a link to itself": link("contracts/loop.yaml", "loop.yaml"),
    "a linked folder": folder_link,
    "a pipe": fifo("tests/pipe"),
    "60 folders deep": deep_folders,
    "300 files": many(300, "tests/t{0}/input.csv"),
    "a file in capitals": put("Tenant.YAML", HEAD),
    "a second ending": put("connectors/erp_drop.yml", "kind: sftp\n"),
    "a Python file": put("transforms/evil.py", "import os\n"),
    "a hidden file": put(".gitattributes", "* filter=evil\n"),
    "a git folder": put(".git/config", "[core]\n"),
    "a name with a line break": put("contracts/a\nb.yaml", "x: 1\n"),
    "a name with a blank": put("contracts/a b.yaml", "x: 1\n"),
    "a reserved table": put("pipelines/select.yaml", "connector: erp_drop\n"),
    "the table landed": put("pipelines/landed.yaml", "connector: erp_drop\n"),
    "a third environment": put("environments/dev.yaml", "cell: eu1\n"),
    "a directory that climbs": swap(CONNECTOR, "/outbound/purchasing", "/outbound/../../root"),
    "a pattern that climbs": swap(PIPELINE, "PurchaseOrderHeader_*.csv.gz", "../*.csv.gz"),
    "a pattern of stars": swap(PIPELINE, "PurchaseOrderHeader_*.csv.gz", "*" * 100),
    "a pattern for all": swap(PIPELINE, "PurchaseOrderHeader_*.csv.gz", "*"),
    "a host with a path": swap(STAGING, "sftp-test.globex.example", "sftp.example/../x"),
    "a host with a user": swap(STAGING, "sftp-test.globex.example", "root@sftp.example"),
    "a loopback host": swap(STAGING, "sftp-test.globex.example", "localhost"),
    "a user with an option": swap(STAGING, "user: acme_inbound", "user: -oProxyCommand=id"),
    "a secret of another tenant": swap(STAGING, "secret: erp_drop", "secret: ../initech/erp_api"),
    "no host keys": swap(STAGING, "[SHA256:2mG0bTDNoYgUu0uJt5o4Yk6cQxO1cHn1rLw2o1Z5zGk]", "[]"),
    "another tenant's identity": swap(CONTRACT, "urn:acmeconnect:globex:", "urn:acmeconnect:initech:"),
}
SQL = {
    "a DELETE": sql("DELETE FROM landed"),
    "a DROP": sql("DROP TABLE purchase_orders"),
    "an INSERT": sql("INSERT INTO vendors SELECT 1"),
    "a CREATE": sql("CREATE TABLE x AS SELECT 1 AS a"),
    "a MERGE": sql("MERGE INTO vendors USING landed ON 1 = 1 WHEN MATCHED THEN DELETE"),
    "a CALL": sql("CALL system$wait(10)"),
    "a COPY": sql("COPY INTO @landing FROM landed"),
    "a PUT": sql("PUT file:///etc/passwd @landing"),
    "an EXECUTE": sql("EXECUTE IMMEDIATE 'DROP TABLE x'"),
    "a BEGIN": sql("BEGIN DELETE FROM landed; END"),
    "a USE": sql("USE ROLE ACCOUNTADMIN"),
    "a SHOW": sql("SHOW TABLES"),
    "a GRANT": sql("GRANT ROLE sysadmin TO USER x"),
    "a second statement": source("FROM landed; DROP TABLE vendors"),
    "a statement behind a comment": source("FROM landed; -- \n DELETE FROM vendors"),
    "a comment that hides nothing": source("FROM landed /* */; /* */ DELETE FROM vendors /* */"),
    "a comment never closed": source("FROM landed /* "),
    "a quote never closed": column("'x"),
    "another tenant's table": source("FROM initech.customers"),
    "another database": source("FROM acme_production.initech.customers"),
    "the store's rows": source("FROM globex__store.purchase_orders__rows"),
    "the information schema": source("FROM information_schema.tables"),
    "account usage": source("FROM snowflake.account_usage.query_history"),
    "a quoted schema": source('FROM "INITECH"."CUSTOMERS"'),
    "a stage": source("FROM @landing"),
    "a stage of the user": source("FROM '@~/x'"),
    "identifier()": source("FROM IDENTIFIER('initech.customers')"),
    "table()": source("FROM TABLE('initech.customers')"),
    "a table function": source("FROM TABLE(GENERATOR(rowcount => 1000000000))"),
    "result_scan": source("FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))"),
    "a lateral flatten": source("FROM landed, LATERAL FLATTEN(input => vendor_id)"),
    "a cross join": source("FROM landed CROSS JOIN vendors"),
    "a comma join": source("FROM landed, vendors"),
    "a natural join": source("FROM landed NATURAL JOIN vendors"),
    "time travel": source("FROM landed AT(OFFSET => -3600)"),
    "changes": source("FROM landed CHANGES(INFORMATION => DEFAULT)"),
    "a sample": source("FROM landed SAMPLE (10)"),
    "a limit": source("FROM landed LIMIT 10"),
    "a union": source("FROM landed UNION ALL SELECT * FROM vendors"),
    "a recursive with": sql("WITH RECURSIVE r AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM r) SELECT a FROM r"),
    "a query in a string": source("FROM 'landed'"),
    "into": source("INTO x FROM landed"),
    "system$": column("SYSTEM$TYPEOF(vendor_id)"),
    "a quoted function": column('"SYSTEM$WAIT"(10)'),
    "a user's function": column("initech.steal(vendor_id)"),
    "an unknown function": column("EXTERNAL_FUNCTION(vendor_id)"),
    "a session variable": column("$secret"),
    "a positional column": column("$1"),
    "a bind": column("?"),
    "a template": column("{{ env_var('x') }}"),
    "a client variable": column("&secret"),
    "now": column("CURRENT_TIMESTAMP()"),
    "now without brackets": column("current_date"),
    "random": column("RANDOM()"),
    "who am I": column("CURRENT_ROLE()"),
    "a sequence": column("seq.nextval"),
    "another tenant by subquery": column("(SELECT MAX(x) FROM initech.customers)"),
    "all columns": sql("SELECT * FROM landed"),
    "5,000 brackets": column("(" * 5_000 + "1" + ")" * 5_000),
    "5,000 NOT": column("NOT " * 5_000 + "TRUE"),
    "5,000 minus signs": column("- " * 5_000 + "1"),
    "3,000 additions": column("1" + " + 1" * 3_000),
    "2,000 ORs": source("FROM landed WHERE " + " OR ".join(["freight = 1"] * 2_000)),
    "500 CASE": column("CASE WHEN TRUE THEN " * 500 + "1" + " END" * 500),
    "300 subqueries": source("FROM " + "(SELECT * FROM " * 300 + "landed" + ")" * 300),
    "a statement of 10 MB": sql("SELECT " + "a, " * 3_000_000 + "a FROM landed"),
    "20,000 columns": sql("SELECT " + ", ".join(f"a{n}" for n in range(20_000)) + " FROM landed"),
    "40,000 bracket pairs": column("f" + "()" * 15_000),
    "DML in a quality rule": query("DELETE FROM purchase_orders"),
    "another schema in a quality rule": query("SELECT COUNT(*) FROM initech.customers"),
    "a stage in a quality rule": query("SELECT COUNT(*) FROM @landing"),
}
SECRETS = {
    "an AWS key": head("promotion: AKIAIOSFODNN7EXAMPLE\n"),
    "an AWS key in a comment": head("# AKIAIOSFODNN7EXAMPLE\n"),
    "an AWS key in SQL": source("FROM landed -- AKIAIOSFODNN7EXAMPLE"),
    "a private key": head("# -----BEGIN OPENSSH PRIVATE KEY-----\n"),
    "a private key in a test": put("tests/vendors/input.csv", "a\n-----BEGIN RSA PRIVATE KEY-----\n"),
    "a password": swap(STAGING, "user: acme_inbound", "user: acme_inbound\n    password: hunter2"),
    "a secret's value": swap(STAGING, "secret: erp_drop", "secret: wJalrXUtnFEMI/K7MDENG"),
    "a token": head("# token ghp_0123456789abcdefghijABCDEFGHIJ012345\n"),
    "a signed token": head("# eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.x\n"),
    "a url with a password": swap(CONNECTOR, "/outbound/purchasing", "sftp://acme:hunter2@host/outbound"),
}
RULES = {
    "a huge schedule": swap(PIPELINE, "H * * * *", ",".join(["1"] * 5_000) + " * * * *"),
    "a schedule that never comes": swap(PIPELINE, "H * * * *", "0 0 31 2 *"),
    "a schedule out of range": swap(PIPELINE, "H * * * *", "99 99 * * *"),
    "a schedule by step 0": swap(PIPELINE, "H * * * *", "*/0 * * * *"),
    "a command in a schedule": swap(PIPELINE, "H * * * *", "@reboot"),
    "a pattern that takes for ever": pattern("^(a+)+$"),
    "a pattern of choices": pattern("^(a|aa)*$"),
    "a pattern that counts": pattern("^(x{1,999}){1,999}$"),
    "a pattern with a back-reference": pattern(r"^(a)\1$"),
    "a pattern that is none": pattern("^(((("),
    "a pattern of 10,000": pattern("a" * 10_000),
    "a query as a number": swap(
        CONTRACT, "query: SELECT COUNT(*) FROM purchase_orders WHERE total_due < 0", "query: 1"
    ),
    "validValues as text": swap(CONTRACT, "validValues: [pending, approved, rejected, complete]", "validValues: any"),
    "an unknown contract key": swap(CONTRACT, "status: active", "status: active\nexec: id"),
    "a contract of lists": put(
        CONTRACT, "apiVersion: v3.1.0\nkind: DataContract\nid: x\nversion: 1.0.0\nschema: [[[]]]\n"
    ),
    "a contract without a table": swap(CONTRACT, "schema:", "schema: []\nother:"),
    "a mapping of nothing": put(MAPPING, "format: {kind: csv}\nfields: {}\n"),
    "a mapping of text": put(MAPPING, "format: csv\nfields: all\n"),
    "a parse that quotes": swap(
        MAPPING, 'parse: "YYYY-MM-DD HH24:MI:SS.FF3", required', 'parse: "\') OR 1=1 --", required'
    ),
    "a type that quotes": swap(MAPPING, '"NUMBER(3,0)"', '"NUMBER(3,0)); DROP TABLE x --"'),
    "a default that quotes": swap(MAPPING, "{column: tax, ", '{column: tax, default: "0\'); DROP TABLE x --", '),
    "a column that quotes": swap(MAPPING, "column: tax,", 'column: "tax FROM x; --",'),
    "a delimiter that is none": swap(MAPPING, 'delimiter: ","', 'delimiter: "\'"'),
    "an unknown kind": swap(CONNECTOR, "kind: sftp", "kind: os_command"),
    "an unknown write mode": swap(PIPELINE, "write: merge ", "write: truncate "),
    "a connector from nowhere": swap(PIPELINE, "erp_drop", "initech"),
    "everything a list": put(PIPELINE, "connector: []\nfiles: []\nschedule: []\nwrite: []\nversion: {}\n"),
    "everything null": put(PIPELINE, "connector:\nfiles:\nschedule:\nwrite:\nversion:\n"),
    "a pin by hand": put("environments/production.pin.yaml", "release: latest\n"),
    "a test that is no JSON": put("tests/vendors/input.jsonl", "[" * 100_000),
}
CORPUS: dict[str, Doing] = {
    f"{family}: {name}": doing
    for family, table in {
        "yaml": YAML,
        "bytes": BYTES,
        "paths": PATHS,
        "sql": SQL,
        "secrets": SECRETS,
        "rules": RULES,
    }.items()
    for name, doing in table.items()
}
