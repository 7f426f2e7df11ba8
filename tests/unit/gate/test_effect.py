"""What a reviewer is told of a change: lost, access, contracts, loads, and the way back."""

from __future__ import annotations

from pathlib import Path

from pipeline.gate.change import read_change
from pipeline.gate.effect import Effects, effects
from tests.unit.gate.conftest import Scratch

CONTRACT = "tenants/globex/contracts/invoices.yaml"
NOTE = "      - {name: note, logicalType: string, physicalType: VARCHAR(20)}\n"


def of(scratch: Scratch) -> Effects:
    return effects(read_change(scratch.folder))


def test_a_change_of_settings_reloads_nothing(scratch):
    """Another user at the source is a matter of access; the release stays, and says so."""
    scratch.edit("tenants/globex/environments/staging.yaml", "user: acme", "user: other")
    told = of(scratch)
    assert told.access == ("globex: user of connector `erp_in` in staging is now `other`, it was `acme`",)
    assert (told.lost, told.contracts, told.loads) == ((), (), ())
    assert told.way_back[0] == "restores 1 file, nobody else is taken along"
    assert "only settings return" in told.way_back[1]


def test_a_column_that_goes_is_lost_breaking_and_comes_back_by_a_revert(scratch):
    """The column, what its table is made of, the epoch, and the release to which a revert returns."""
    scratch.edit(CONTRACT, NOTE, "")
    scratch.edit("tenants/globex/transforms/invoices.sql", "    id,\n    note\n", "    id\n")
    told = of(scratch)
    assert told.lost == ("globex: column `note` of table `invoices` can be read no more",)
    assert told.contracts == (
        "globex: table `invoices` 1.2.0: breaking",
        "globex: table `invoices`: breaking, `note` is gone",
    )
    assert [one.partition(": runs")[0] for one in told.loads] == ["globex: `invoices` gets a new epoch"]
    assert "returns to" in told.way_back[1]
    assert "acme recover replay" in told.way_back[2]


def test_wider_and_new_columns_break_nobody(scratch):
    """Readers see what kind of change it is, and from which field a column is made now."""
    scratch.edit(CONTRACT, NOTE, NOTE.replace("VARCHAR(20)", "VARCHAR(40)"))
    scratch.edit(CONTRACT, "value: 2, unit: h", "value: 3, unit: h")
    scratch.edit("tenants/globex/transforms/invoices.sql", "    note\n", "    TO_VARCHAR(id) AS note\n")
    assert of(scratch).contracts == (
        "globex: table `invoices` 1.2.0: widening",
        "globex: table `invoices`: widening, `note` turns from VARCHAR(20) into VARCHAR(40)",
        "globex: table `invoices`: promised freshness 120 min → 180 min",
        "globex: table `invoices`: `note` is now made of `Id`, it was of `Note`",
    )


def test_a_folder_that_goes_or_cannot_be_read_is_told(scratch):
    """Nothing is guessed of what cannot be understood; it is named."""
    scratch.edit(CONTRACT, "kind: DataContract", "kind: [")
    assert of(scratch).unread == ("globex",)
    scratch.git("rm", "-rqf", "tenants/globex")
    told = of(scratch)
    assert told.lost == ("globex: the whole folder is gone",)
    assert told.unread == ()


def test_a_new_tenant_starts_and_its_revert_pauses_it(scratch):
    """All of it is new, so nothing is lost; going back keeps the rows."""
    for path in sorted((scratch.folder / "tenants/globex").rglob("*.*")):
        text = path.read_text().replace("globex", "hooli")
        scratch.write(f"tenants/hooli/{path.relative_to(scratch.folder / 'tenants/globex')}", text)
    told = of(scratch)
    assert told.loads == ("hooli: `invoices` starts, and loads all that its source offers",)
    assert told.contracts == ("hooli: table `invoices` is new",)
    assert "hooli: the tenant is paused, its rows stay" in told.way_back
    assert told.lost == ()


def test_without_a_base_nothing_is_compared(tmp_path):
    """A folder that is no repository has no change."""
    assert effects(read_change(Path(tmp_path))) == Effects()
