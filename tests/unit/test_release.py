"""The release: same content, same bytes; other content, another digest; what is stored stays readable."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import release
from pipeline.errors import Conflict
from pipeline.findings import denied
from pipeline.spec.compilation import compile_release
from pipeline.spec.document import parse
from pipeline.spec.folder import read_folder
from pipeline.spec.tenant import read_files

REPOSITORY = Path(__file__).parents[2]
GOLDEN = REPOSITORY / "tests/golden/releases"
# what was stored once under these digests must be read as long as a pin may name it
STORED = {
    "globex-1.json": "e99137d8d6ec1e646f4189dd429eff45880524de1ebf490d54ce54a3620bf019",
    "initech-1.json": "497bd7fec7aaa86b0a9259a9172faf8d72e097516056fea9dfd817ee8f6cdbaa",
}
TENANTS = ("globex", "initech")
SLOW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=20)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


def compiled(files, tenant):
    read, findings = read_files(files, tenant)
    assert not denied(findings), [finding.sentence() for finding in findings]
    return compile_release(read)


def files_of(tenant):
    files, findings = read_folder(REPOSITORY, tenant)
    assert findings == []
    return files


def shuffled(value, chance):
    """The same document with its keys in another order."""
    if isinstance(value, dict):
        keys = list(value)
        chance.shuffle(keys)
        return {key: shuffled(value[key], chance) for key in keys}
    return [shuffled(part, chance) for part in value] if isinstance(value, list) else value


@given(DOCUMENTS, st.randoms(use_true_random=False))
def test_the_order_of_keys_is_not_content(document, chance):
    """Canonical bytes are those of the content."""
    assert release.canonical(document) == release.canonical(shuffled(document, chance))


@given(DOCUMENTS, DOCUMENTS)
def test_other_content_has_other_bytes(one, other):
    """Nothing is lost on the way: the bytes read back to the document."""
    assert json.loads(release.canonical(one)) == one
    assert (release.canonical(one) == release.canonical(other)) == (
        json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    )


@pytest.mark.parametrize("document", [1.5, {"a": [1, {"b": 0.1}]}, [float("nan")], {"a": float("inf")}])
def test_a_float_has_no_canonical_spelling(document):
    """Decimals are text."""
    with pytest.raises(TypeError):
        release.canonical(document)


def test_a_key_that_is_no_text_is_refused():
    """JSON would turn 1 into "1" and make two documents one."""
    with pytest.raises(TypeError):
        release.canonical({1: "a"})


@pytest.mark.parametrize("tenant", TENANTS)
@given(seed=st.integers(0, 2**32))
@SLOW
def test_key_order_file_order_and_form_are_not_content(tenant, seed):
    """Documents written as one line of JSON, keys shuffled, files in any order: the same bytes."""
    chance, files = random.Random(seed), files_of(tenant)
    again = {
        file: rewritten(file, content, chance) for file, content in chance.sample(sorted(files.items()), len(files))
    }
    assert compiled(again, tenant).bytes() == compiled(files, tenant).bytes()


def rewritten(file, content, chance):
    if not file.endswith(".yaml"):
        return content
    document, _ = parse(file, content.decode())
    return json.dumps(shuffled(document.value, chance)).encode()


@pytest.mark.parametrize("tenant", TENANTS)
def test_comments_line_ends_and_blanks_are_not_content(tenant):
    """CRLF, a byte order mark, comments and indents leave the digest as it is."""
    files = files_of(tenant)
    again = {}
    for file, content in files.items():
        text = content.decode()
        if file.endswith(".yaml"):
            text = "# a comment\n" + text + "\n# another\n"
        if file.endswith(".sql"):
            text = "/* what\n it does */ " + text.replace(",\n", ",  -- why\n\n\t") + "\n// the end\n"
        again[file] = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    assert compiled(again, tenant).digest == compiled(files, tenant).digest


@pytest.mark.parametrize("tenant", TENANTS)
def test_settings_and_tests_are_not_in_the_release(tenant):
    """Pausing, another host, another title or a new test make no new release."""
    files = files_of(tenant)
    again = {
        file: content.replace(b"status: active\nconn", b"status: paused\nconn").replace(b".example", b".test.example")
        if "/environments/" in file
        else content.replace(b"title: ", b"title: New ")
        if file.endswith("tenant.yaml")
        else content
        for file, content in files.items()
        if "/tests/" not in file
    }
    assert again != files
    assert compiled(again, tenant).digest == compiled(files, tenant).digest


@pytest.mark.parametrize(
    ("file", "find", "write"),
    [
        ("transforms/purchase_orders.sql", "'pending'", "'pend ing'"),
        ("mappings/purchase_orders.yaml", "required: true}\n  Tax", "required: false}\n  Tax"),
        ("contracts/purchase_orders.yaml", "version: 1.2.0", "version: 1.3.0"),
        ("pipelines/purchase_orders.yaml", "H * * * *", "7 * * * *"),
        ("connectors/erp_drop.yaml", "size_stable_s: 30", "size_stable_s: 31"),
    ],
)
def test_what_counts_makes_another_digest(file, find, write):
    """A change of data logic is a new release, and only the pipelines that it touches change."""
    files = files_of("globex")
    name = f"tenants/globex/{file}"
    again = {**files, name: files[name].replace(find.encode(), write.encode())}
    assert again != files
    before, after = compiled(files, "globex"), compiled(again, "globex")
    changed = {p.name for p, q in zip(before.pipelines, after.pipelines, strict=True) if p.digest != q.digest}
    assert before.digest != after.digest
    assert changed == ({p.name for p in before.pipelines} if "connectors" in file else {"purchase_orders"})


def test_defaults_are_written_out():
    """So that a later runtime with another default reads the same release the same way."""
    orders = compiled(files_of("globex"), "globex").pipeline("purchase_orders")
    lines = compiled(files_of("globex"), "globex").pipeline("purchase_order_lines")
    assert (orders.rows, orders.same_bytes, lines.same_bytes) == ("one_to_one", "skip", "hold")
    assert orders.connector.options["complete_when"] == {"size_stable_s": 30, "marker": None}
    assert "H" not in orders.schedule
    assert orders.contract.freshness_minutes == 120


@pytest.mark.parametrize(("name", "digest"), STORED.items())
def test_a_stored_release_is_read_for_ever(name, digest):
    """Its bytes are what its digest says, and reading and writing it again gives the same bytes."""
    content = (GOLDEN / name).read_bytes()
    read = release.read(content, digest)
    assert (read.bytes(), read.digest) == (content, digest)


def test_a_release_that_was_changed_is_refused():
    """Neither another byte nor a pipeline under a foreign digest gets through."""
    content = (GOLDEN / "globex-1.json").read_bytes()
    with pytest.raises(Conflict):
        release.read(content.replace(b"landed", b"lended"), STORED["globex-1.json"])
    with pytest.raises(Conflict):
        release.read(content.replace(b"FROM landed", b"FROM vendors"))
    with pytest.raises(Conflict):
        release.read(content.replace(b'"format":1', b'"format":99'))
