"""A fleet to measure on: N tenants with 5 to 20 pipelines each, the same for the same seed. `python -m benchmarks.fleet N FOLDER`

Writes tenants/, CODEOWNERS, stacks/cells.yaml and an empty policies/waivers.yaml below FOLDER; every tenant of it passes
`acme gate`. Tenants differ as customers do: other tables of the ERP, sites, words, columns, rules, hours; files or an API.
"""

from __future__ import annotations

import argparse
import base64
from collections.abc import Sequence
from pathlib import Path
from random import Random

from benchmarks.fleet_choice import chosen
from benchmarks.fleet_table import CONNECTORS, Rows, table_files

SEED = 7
PER_CELL = 1900  # below what a cell aims at
TEAMS = ("integrations-emea", "integrations-americas", "integrations-apac")
FIRST = (
    *("acorn", "alpine", "amber", "apex", "aurora", "beacon", "birch", "bright", "cedar", "cobalt", "coral", "crown"),
    *(
        "delta",
        "eagle",
        "ember",
        "falcon",
        "fjord",
        "garnet",
        "granite",
        "harbor",
        "indigo",
        "ivory",
        "juniper",
        "kestrel",
    ),
    *(
        "lark",
        "linden",
        "maple",
        "meridian",
        "nimbus",
        "noble",
        "onyx",
        "orchid",
        "pioneer",
        "polar",
        "quartz",
        "raven",
    ),
)
SECOND = (
    *("bikes", "books", "brew", "cargo", "ceramics", "dairy", "energy", "farms", "foods", "freight", "gear", "glass"),
    *(
        "health",
        "labs",
        "lighting",
        "machines",
        "marine",
        "media",
        "metals",
        "mills",
        "motors",
        "optics",
        "paper",
        "parts",
    ),
    *(
        "pharma",
        "plastics",
        "power",
        "rail",
        "retail",
        "robotics",
        "seeds",
        "shoes",
        "solar",
        "steel",
        "textiles",
        "tools",
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tenants", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    counted = write_fleet(asked.folder, asked.tenants, asked.seed)
    print(f"{asked.tenants:,} tenants, {counted:,} pipelines below {asked.folder}")


def write_fleet(folder: Path, count: int, seed: int = SEED) -> int:
    """Writes the fleet and returns how many pipelines it has."""
    names = tenant_names(count)
    total, owners = 0, []
    for name in names:
        files, pipelines = tenant_files(name, seed, cell_of(total))
        total += pipelines
        owners.append(f"/tenants/{name}/ @acmeconnect/{team(name, seed)}")
        for path, text in files.items():
            write(folder / path, text)
    write(folder / "CODEOWNERS", "\n".join(["* @acmeconnect/platform", *sorted(owners)]) + "\n")
    write(folder / "policies" / "waivers.yaml", "waivers: []\n")
    facts = "{region: eu-west-1, environment_class: mw1.2xlarge, aim: 2000, limit: 3000}"
    cells = [f"  {cell_of(PER_CELL * number)}: {facts}\n" for number in range(total // PER_CELL + 1)]
    write(folder / "stacks" / "cells.yaml", "cells:\n" + "".join(cells))
    return total


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def tenant_names(count: int) -> list[str]:
    """Different names in a fixed order: a smaller fleet is the beginning of a larger one."""
    every = [f"{first}_{second}" for second in SECOND for first in FIRST]
    Random("names").shuffle(every)
    if count > len(every):
        raise SystemExit(f"there are names for {len(every)} tenants")
    return every[:count]


def cell_of(pipelines_before: int) -> str:
    return f"eu{pipelines_before // PER_CELL + 1}"


def team(tenant: str, seed: int) -> str:
    return Random(f"{seed}/{tenant}/team").choice(TEAMS)


def tenant_files(tenant: str, seed: int = SEED, cell: str = "eu1") -> tuple[dict[str, str], int]:
    """{path: text} of one tenant's folder, and how many pipelines it has."""
    random = Random(f"{seed}/{tenant}")
    kinds = random.choice((("sftp",), ("sftp",), ("api",), ("sftp", "api")))
    pipelines = chosen(random, kinds, random.randint(5, 20))
    files = {
        "tenant.yaml": f"title: {tenant.replace('_', ' ').title()}\ntier: {random.choice(('standard', 'priority'))}\n"
        f"owners: [{team(tenant, seed)}]\npromotion: {random.choice(('manual', 'auto'))}\n",
        **{f"connectors/{CONNECTORS[kind]}.yaml": _connector_file(random, kind) for kind in kinds},
        **{
            f"environments/{name}.yaml": _settings(random, tenant, kinds, cell, name)
            for name in ("staging", "production")
        },
    }
    known: dict[str, Rows] = {}
    for pipeline in pipelines:
        files |= table_files(random, tenant, pipeline, known)
    return {f"tenants/{tenant}/{path}": text for path, text in sorted(files.items())}, len(pipelines)


def _connector_file(random: Random, kind: str) -> str:
    if kind == "sftp":
        place, done = (
            random.choice(("erp", "export", "outbound")),
            random.choice(('{marker: "*.done"}', "{size_stable_s: 30}")),
        )
        return f"kind: sftp\ndirectory: /{place}/purchasing\ncomplete_when: {done}\n"
    return (
        "kind: api\nauth: oauth2_client_credentials\nscopes: [erp.read]\npages:\n  kind: cursor\n  records: data\n"
        f"  next: page.next\n  parameter: cursor\n  size: {{parameter: limit, value: {random.choice((200, 500, 1000))}}}\n"
        f"requests_per_minute: {random.choice((60, 300, 600))}\n"
    )


def _settings(random: Random, tenant: str, kinds: Sequence[str], cell: str, environment: str) -> str:
    host = tenant.replace("_", "-") + ".example"
    test = "-test" if environment == "staging" else ""
    text = f"cell: {cell}\nstatus: active\nconnectors:\n"
    if "sftp" in kinds:
        key = base64.b64encode(random.randbytes(32)).decode().rstrip("=")
        text += f"  erp_drop:\n    endpoint: {{host: sftp{test}.{host}, port: 22}}\n    user: acme_inbound\n    secret: erp_drop\n"
        text += f"    host_keys: [SHA256:{key}]\n"
    if "api" in kinds:
        endpoint = f'{{url: "https://erp{test}.{host}/v2", token_url: "https://login{test}.{host}/oauth2/token"}}'
        text += f"  erp_api:\n    endpoint: {endpoint}\n    secret: erp_api\n"
    return text


if __name__ == "__main__":
    main()
