"""Mutations of files as files: what YAML lets slip in, what must not be there at all, what is missing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.gate.mutation.draft import Draft
from pipeline.gate.mutation.kind import Kind

KEY_LINE = re.compile(r"^([a-z_]+):.*$", re.MULTILINE)


def _yaml(draft: Draft) -> str:
    return draft.pick(path for path in draft.own(".yaml") if not path.endswith(".pin.yaml"))


def key_twice(draft: Draft) -> str:
    file = _yaml(draft)
    line = draft.pick(match for match in KEY_LINE.finditer(draft.text(file)))
    draft.put(file, f"{draft.text(file).rstrip()}\n{line[1]}: again\n")
    return f"{file} says `{line[1]}` twice"


def anchor(draft: Draft) -> str:
    file = f"pipelines/{draft.table()}.yaml"
    draft.replace(file, "write: ", "write: &how ")
    return f"an anchor in {file}"


def tag(draft: Draft) -> str:
    file = f"pipelines/{draft.table()}.yaml"
    draft.replace(file, "write: ", "write: !!str ")
    return f"a YAML tag in {file}"


def syntax(draft: Draft) -> str:
    file = _yaml(draft)
    draft.put(file, draft.text(file).rstrip() + "\nbroken: [1, {2\n")
    return f"brackets are left open in {file}"


def second_document(draft: Draft) -> str:
    file = _yaml(draft)
    draft.put(file, draft.text(file).rstrip() + "\n---\nmore: true\n")
    return f"a second document in {file}"


def misspelt_key(draft: Draft) -> str:
    file = f"pipelines/{draft.table()}.yaml"
    word = draft.pick(("schedule", "write", "connector"))
    draft.replace(file, f"{word}:", f"{word}s:")
    return f"`{word}` is misspelt in {file}"


def missing_key(draft: Draft) -> str:
    file, word = draft.pick(
        (("tenant.yaml", "tier"), ("environments/production.yaml", "status"), ("tenant.yaml", "owners"))
    )
    draft.edit(file, lambda value: value.pop(word))
    return f"`{word}` is gone from {file}"


def wrong_type(draft: Draft) -> str:
    file, word, value = draft.pick(
        (
            (f"pipelines/{draft.table()}.yaml", "schedule", 5),
            ("environments/staging.yaml", "cell", ["eu1"]),
            ("tenant.yaml", "owners", "platform"),
        )
    )
    draft.edit(file, lambda document: document.update({word: value}))
    return f"`{word}` is {value!r} in {file}"


def wrong_word(draft: Draft) -> str:
    file, word, value = draft.pick(
        (
            (f"pipelines/{draft.table()}.yaml", "write", "upsert"),
            ("environments/production.yaml", "status", "actve"),
            ("tenant.yaml", "tier", "gold"),
            (f"mappings/{draft.table()}.yaml", "unknown_fields", "drop"),
        )
    )
    draft.edit(file, lambda document: document.update({word: value}))
    return f"`{word}: {value}` in {file}"


def empty(draft: Draft) -> str:
    file = _yaml(draft)
    draft.put(file, "# later\n")
    return f"{file} is empty"


def hidden_character(draft: Draft) -> str:
    file = draft.pick(draft.own())
    draft.put(file, f"{draft.text(file).rstrip()}\n{'--' if file.endswith('.sql') else '#'} \u202e txet\n")
    return f"text that reads backwards in {file}"


def latin(draft: Draft) -> str:
    file = _yaml(draft)
    draft.files[draft.path(file)] = draft.text(file).encode() + "# Köln\n".encode("latin-1")
    return f"{file} is no UTF-8"


def unknown_file(draft: Draft) -> str:
    file = draft.pick(("notes.md", "transforms/helper.py", "pipelines/old.yml", "environments/qa.yaml", "hooks/run.sh"))
    draft.put(file, "cell: eu1\n")
    return f"{file} has no place in a tenant"


def deep(draft: Draft) -> str:
    file = "tenant.yaml"
    draft.put(file, f"{draft.text(file).rstrip()}\nmore: {'[' * 40}{']' * 40}\n")
    return f"{file} nests 40 levels deep"


def oversized(draft: Draft) -> str:
    table = draft.table()
    draft.put(f"transforms/{table}.sql", draft.sql(table).rstrip() + "\n" + "-- more\n" * 20_000)
    return f"transforms/{table}.sql has 160 kB"


def settings_missing(draft: Draft) -> str:
    file = f"environments/{draft.pick(('staging', 'production'))}.yaml"
    draft.remove(file)
    return f"{file} is gone"


def part_missing(draft: Draft) -> str:
    table = draft.table()
    file = draft.pick((f"contracts/{table}.yaml", f"mappings/{table}.yaml", f"transforms/{table}.sql"))
    draft.remove(file)
    return f"{file} is gone, its pipeline stays"


def pipeline_missing(draft: Draft) -> str:
    table = draft.table()
    draft.remove(f"pipelines/{table}.yaml")
    return f"pipelines/{table}.yaml is gone, its other files stay"


def reserved_name(draft: Draft) -> str:
    table, name = draft.table(), draft.pick(("order", "select", "information_schema", "Orders", "a__b"))
    for path in [path for path in draft.own() if re.search(rf"/{table}(\.|/)", path)]:
        draft.put(re.sub(rf"/{table}(\.|/)", rf"/{name}\1", path), draft.text(path))
        draft.remove(path)
    return f"{table} is called {name}"


KINDS: Sequence[Kind] = (
    Kind("file/key_twice", ("document.duplicate_key",), key_twice),
    Kind("file/anchor", ("document.anchor",), anchor),
    Kind("file/tag", ("document.tag",), tag),
    Kind("file/syntax", ("document.syntax",), syntax),
    Kind("file/second_document", ("document.multiple",), second_document),
    Kind("file/misspelt_key", ("document.unknown_key",), misspelt_key),
    Kind("file/missing_key", ("document.missing_key",), missing_key),
    Kind("file/wrong_type", ("document.wrong_type",), wrong_type),
    Kind("file/wrong_word", ("document.wrong_value",), wrong_word),
    Kind("file/empty", ("document.empty",), empty),
    Kind("file/hidden_character", ("document.character",), hidden_character),
    Kind("file/latin", ("document.encoding",), latin),
    Kind("file/unknown_file", ("document.unknown_file",), unknown_file),
    Kind("file/deep", ("document.depth",), deep),
    Kind("file/oversized", ("document.size",), oversized),
    Kind("file/settings_missing", ("document.missing_file", "change.retire_before_delete"), settings_missing),
    Kind("file/part_missing", ("reference.file_missing",), part_missing),
    Kind("file/pipeline_missing", ("reference.pipeline_missing",), pipeline_missing),
    Kind("file/reserved_name", ("document.name",), reserved_name),
)
