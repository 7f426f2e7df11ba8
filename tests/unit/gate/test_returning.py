"""The revert of a change waits for nobody, also where the change brought what readers may use by now."""

from __future__ import annotations

CONTRACT = "tenants/globex/contracts/invoices.yaml"
NOTE = "      - {name: note, logicalType: string, physicalType: VARCHAR(20)}\n"
MORE = "      - {name: more, logicalType: string, physicalType: VARCHAR(20)}\n"
CODES = ("change.contract_breaking_needs_major", "change.contract_version_lowered", "contract.dropped")


def levels(verdict) -> dict[str, str]:
    return {finding.code: finding.level for finding in verdict.findings if finding.code in CODES}


def test_a_revert_of_a_new_column_is_told_and_not_refused(scratch):
    """The same removal by hand is refused: only a folder that is again what it was on main returns."""
    scratch.edit(CONTRACT, NOTE, NOTE + MORE)
    scratch.edit(CONTRACT, "version: 1.2.0", "version: 1.3.0")
    scratch.edit("tenants/globex/transforms/invoices.sql", "    note\n", "    note,\n    note AS more\n")
    scratch.edit(
        "tenants/globex/tests/invoices/expected.csv", "id,note\n2.0,two\n1,\n", "id,note,more\n2.0,two,two\n1,,\n"
    )
    added = scratch.commit("globex: another column")
    scratch.git("branch", "-f", "main")
    scratch.git("revert", "--no-edit", added)
    returned = scratch.judge()
    assert levels(returned) == dict.fromkeys(CODES, "warn")
    assert [one.sentence() for one in returned.findings if one.denies] == []
    assert all("waits for nobody" in one.why for one in returned.findings if one.code in CODES)
    scratch.edit("tenants/globex/tenant.yaml", "title: Globex", "title: Globex 2")
    assert levels(scratch.judge()) == dict.fromkeys(CODES, "deny")
