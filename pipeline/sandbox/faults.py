"""What can be made to go wrong, by name: switched on for one tenant's system in one environment, and off again by `clear`.

Flags stand in `faults.json`, which the servers read at every request. A fault that edits data keeps the whole file as it was.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.errors import Missing, Usage
from pipeline.sandbox import damage, ports, snowflake_account, sources
from pipeline.sandbox import folder as folders
from pipeline.sandbox.folder import Folder, read_json, write, write_json
from pipeline.sandbox.sources import Source

Options = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """`kinds`: the sources that can have it. `options`: what may be said, with defaults; None means: must be said.

    `spoil` edits the file that `path` or `resource` names; without it the fault is a flag that the server obeys.
    """

    what: str
    kinds: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    spoil: Callable[[bytes, Options], bytes] | None = None


FAULTS = {
    "expired_token": Fault("every access token counts as expired", ("api",)),
    "http_503": Fault("every answer is 503", ("api",)),
    "rate_limited": Fault(
        "429 with Retry-After beyond so many requests a minute", ("api",), {"requests_per_minute": 2}
    ),
    "renamed_column": Fault(
        "a column has another name",
        ("sftp", "api"),
        {"column": None, "to": None, "path": "", "resource": ""},
        lambda content, options: damage.rename_column(content, options["column"], options["to"]),
    ),
    "sftp_down": Fault("nobody listens, open connections break", ("sftp",)),
    "slow_answers": Fault("every answer takes so many seconds", ("api",), {"seconds": 5}),
    "truncated_file": Fault(
        "the second half of a file is missing",
        ("sftp",),
        {"path": ""},
        lambda content, _: damage.truncate(content),
    ),
    "type_change": Fault(
        "a number comes as text with separators",
        ("sftp", "api"),
        {"column": None, "path": "", "resource": ""},
        lambda content, options: damage.change_type(content, options["column"]),
    ),
    "wrong_key": Fault("the key or the client's secret is refused", ("sftp", "api"), {"user": ""}),
}


# what happens at once and is over: {name: what the warehouse's server is told}
STRIKES = {"aborted_transaction": "abort", "killed_session": "kill"}


def active(folder: Folder, site: str, name: str) -> Options | None:
    """The options of a fault that is on at this site, else None."""
    options: Options | None = read_json(folder.faults, {}).get(site, {}).get(name)
    return options


def is_on(folder: Folder, site: str, name: str) -> bool:
    return active(folder, site, name) is not None


def inject(repository: Path, name: str, tenant: str, environment: str = "staging", **options: Any) -> str:
    """Switches one fault on. Once more changes its options. `Usage` where it does not fit.

    Returns the name of the file that it spoiled, or nothing. A strike hits the tenant's open sessions with the warehouse;
    its option `tag` narrows it to a part of their QUERY_TAG.
    """
    folder = folders.of(repository)
    if name in STRIKES:
        _strike(folder, name, environment, str(options.get("tag") or f'"tenant":"{tenant}"'))
        return ""
    with folders.locked(folder):
        source = sources.find(folder, tenant, environment)
        chosen = _options(name, source, options)
        if spoil := FAULTS[name].spoil:
            for other in FAULTS:  # one edit of a site's data at a time: each keeps the file as it was
                if FAULTS[other].spoil:
                    _clear(folder, source.site, other)
            chosen |= _spoil(folder, source, chosen, spoil)
        document = read_json(folder.faults, {})
        write_json(folder.faults, {**document, source.site: {**document.get(source.site, {}), name: chosen}})
    return Path(str(chosen.get("file", ""))).name


def _strike(folder: Folder, name: str, environment: str, tag: str) -> None:
    port = ports.kept(folder).get(f"snowflake_{environment}", 0)
    if not snowflake_account.strike(folder, environment, port, STRIKES[name], tag):
        raise Missing(
            f"nobody in {environment} has a session with `{tag}` in its tag.",
            fix="strike while a run of the tenant loads",
        )


def clear(repository: Path, name: str = "", tenant: str = "", environment: str = "") -> list[str]:
    """Switches off what fits; without any word, everything. Returns `site name` of each."""
    folder = folders.of(repository)
    with folders.locked(folder):
        sites = {
            source.site
            for source in sources.kept(folder)
            if tenant in ("", source.tenant) and environment in ("", source.environment)
        }
        on = [
            (s, n) for s, known in read_json(folder.faults, {}).items() for n in known if s in sites and name in ("", n)
        ]
        for site, fault in on:
            _clear(folder, site, fault)
    return [f"{site} {fault}" for site, fault in on]


def _options(name: str, source: Source, given: Options) -> Options:
    """Given and default options together. `Usage` names what does not fit."""
    fault = FAULTS.get(name)
    if fault is None:
        raise Usage(f"there is no fault `{name}`.", fix=f"name one of {', '.join([*FAULTS, *STRIKES])}")
    if source.kind not in fault.kinds:
        fitting = [other for other, known in FAULTS.items() if source.kind in known.kinds]
        raise Usage(f"the fault `{name}` is not for {source.kind}.", fix=f"name one of {', '.join(fitting)}")
    if unknown := given.keys() - fault.options.keys():
        raise Usage(
            f"the fault `{name}` has no option `{min(unknown)}`.",
            fix=f"write {' '.join(f'{option}=VALUE' for option in fault.options) or 'none: it takes no option'}",
        )
    chosen = {**fault.options, **given}
    for option, default in fault.options.items():
        if isinstance(default, int) and not re.fullmatch(r"\d+(\.\d+)?", str(chosen[option])):
            raise Usage(f"`{option}` is a number, not `{chosen[option]}`.", fix=f"write {option}={default}")
    if missing := [option for option, value in chosen.items() if value is None]:
        said = " ".join(f"{option}=VALUE" for option in missing)
        raise Usage(f"the fault `{name}` must be told `{missing[0]}`.", fix=f"add {said}")
    return chosen


def _clear(folder: Folder, site: str, name: str) -> None:
    document = read_json(folder.faults, {})
    options = document.get(site, {}).pop(name, None)
    if options and "backup" in options:
        _restore(options)
    write_json(folder.faults, document)


def _spoil(folder: Folder, source: Source, options: Options, spoil: Callable[[bytes, Options], bytes]) -> Options:
    """Edits the newest file that can have the fault, its time unchanged, and says where the original is kept."""
    target, spoiled = _first_that_fits(candidates(folder, source, options), options, spoil)
    content, status = target.read_bytes(), target.stat()
    backup = folder.backups / uuid.uuid4().hex
    write(backup, content)
    write(target, spoiled)
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    return {"file": str(target), "backup": str(backup), "mtime_ns": status.st_mtime_ns}


def _first_that_fits(
    targets: list[Path], options: Options, spoil: Callable[[bytes, Options], bytes]
) -> tuple[Path, bytes]:
    refused: Missing | None = None
    for target in targets:
        try:
            return target, spoil(target.read_bytes(), options)
        except Missing as error:
            refused = error
    raise refused or Missing("the source holds no such data.", fix="drop or name a file first")


def _restore(options: Options) -> None:
    target, backup = Path(options["file"]), Path(options["backup"])
    write(target, backup.read_bytes())
    os.utime(target, ns=(options["mtime_ns"], options["mtime_ns"]))
    backup.unlink()


def candidates(folder: Folder, source: Source, options: Options) -> list[Path]:
    """The files that the options may mean: the named one, else all of an SFTP home, the newest first."""
    if source.kind == "api":
        named = [sources.records_file(folder, source, options["resource"])]
    elif options["path"]:
        named = [sources.inside(folder, source, options["path"])]
    else:
        named = list(sources.home(folder, source).rglob("*"))
    found = [path for path in named if path.is_file()]
    return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
