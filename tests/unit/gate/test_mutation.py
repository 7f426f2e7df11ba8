"""The gate's score: a small seeded sample of broken changes is refused for the right reasons, and what is valid passes."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from benchmarks.fleet import write_fleet
from pipeline.cli import gate_mutate
from pipeline.cli.app import understand
from pipeline.errors import Usage
from pipeline.gate.mutation import report, subjects
from pipeline.gate.mutation.draft import Draft, Unfit
from pipeline.gate.mutation.kinds import EVERY, MUTATIONS, VARIANTS
from pipeline.gate.mutation.select import read_select

PROJECT = Path(__file__).parents[3]
SAMPLE = 45  # kinds; all of them are `acme gate mutate`


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    """A few made-up tenants, files and an API among them."""
    folder = tmp_path_factory.mktemp("fleet")
    write_fleet(folder, 3)
    return folder


@pytest.fixture(scope="module")
def broken(fleet):
    """The tenants as mutations get them, without plans."""
    return subjects.read_subjects(fleet, (), 1, lambda _tenant, _files: ())


def test_the_sample_is_refused_for_the_right_reasons(fleet, opa, monkeypatch):
    """Kinds picked by a seed from all rooms: each mutant is refused by the rule that is meant for it, no variant is refused."""
    monkeypatch.setattr(gate_mutate, "_opa", lambda: opa)
    kinds = [kind.name for kind in Random("sample").sample(EVERY, SAMPLE)]
    words = [
        f"--repo={fleet}",
        "gate",
        "mutate",
        f"--rules={PROJECT}",
        "--each=1",
        *(f"--kind={kind}" for kind in kinds),
    ]
    answer = gate_mutate.run(understand(words))
    assert answer.document["work"] == []
    assert (answer.document["share"], answer.document["refused"], answer.exit_code) == (1.0, 0, 0)
    assert answer.document["killed"] + answer.document["variants"] + len(answer.document["unfit"]) == SAMPLE


def test_a_kind_names_rules_that_there_are():
    """At least 60 kinds break something, each by its own name; the codes that must refuse them are codes of the gate."""
    codes = set(gate_mutate.known_codes(PROJECT))
    assert len(MUTATIONS) >= 60
    assert len({kind.name for kind in EVERY}) == len(EVERY)
    assert all(kind.killers for kind in MUTATIONS)
    assert not any(kind.killers for kind in VARIANTS)
    assert {code for kind in MUTATIONS for code in kind.killers} - codes == set()


def test_a_mutant_is_the_same_for_the_same_seed(broken):
    """Seed, kind and tenant decide; what was not touched stays byte for byte, and something is touched."""
    made = 0
    for kind in (kind for kind in EVERY if not kind.name.startswith(("plan/", "variant/plan"))):
        try:
            first, again = kind.apply(broken[0], 5), kind.apply(broken[0], 5)
        except Unfit:
            continue
        made += 1
        assert first == again
        assert first[0].changed, kind.name
    assert made > 100
    texts = {
        next(kind for kind in EVERY if kind.name == "pipeline/cron_broken").apply(broken[0], seed)[1]
        for seed in range(9)
    }
    assert len(texts) > 1


def test_a_survivor_is_told_with_the_line_that_shows_it_again():
    """The report counts by kind, lists rules that refused nothing, and names seed and tenant of each survivor."""
    from pipeline.gate.mutation.score import Score, Trial

    lived = Trial("contract/loosened", "globex", 7, "`a` of b may be empty", "survived", ())
    killed = Trial("contract/identity", "globex", 1, "c", "killed", ("contract.identity",))
    score = Score([lived, killed], ["plan/untagged"], 1.0)
    text = report.text(score, ["contract.identity", "contract.version"])
    assert "50.0% of 2 mutants" in text
    assert "1 of 2 rules refused nothing: contract.version" in text
    assert "acme gate mutate --kind contract/loosened --tenant globex --seed 7 --each 1" in text
    assert not report.is_good(score)
    assert report.document(score, [])["kinds"]["contract/loosened"] == {"survived": 1}


def test_a_transform_is_taken_apart_and_put_together(broken):
    """Every transform of the fleet: the same columns in order, and the same SQL but for comments and blanks."""
    for path, content in broken[0].files.items():
        if path.endswith(".sql"):
            text = content.decode()
            parts = read_select(text)
            assert parts is not None
            assert " ".join(parts.text().split()) == " ".join(text.split())


def test_wrong_words_name_what_there_is(fleet):
    """An unknown kind or tenant is a wrong word; nothing is judged."""
    for words in (["--kind=contract/nothing"], ["--tenant=nobody"]):
        with pytest.raises(Usage, match="there is no"):
            gate_mutate.run(understand([f"--repo={fleet}", "gate", "mutate", f"--rules={PROJECT}", *words]))


def test_a_tenant_without_what_a_kind_breaks_is_left_out(broken):
    """No draft comes back that is as valid as before."""
    draft = Draft.of(broken[0], Random(1))
    with pytest.raises(Unfit):
        draft.pick(draft.tables(lambda _table: False))
