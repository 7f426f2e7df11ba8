"""What is wrong with a SARIF log or a JUnit report by its own schema.

The XML Schema reader knows what the schema in `schemas/` uses and refuses any other construct, so it never passes what it
does not understand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import XML, Element

from jsonschema import Draft4Validator, FormatChecker

SCHEMAS = Path(__file__).parents[1] / "schemas"
XS = "{http://www.w3.org/2001/XMLSchema}"


def sarif_faults(text: str) -> list[str]:
    schema = json.loads((SCHEMAS / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    found = Draft4Validator(schema, format_checker=FormatChecker()).iter_errors(json.loads(text))
    return [f"{error.json_path}: {error.message}" for error in found]


def junit_faults(text: str) -> list[str]:
    schema = XML((SCHEMAS / "junit.xsd").read_text(encoding="utf-8"))
    elements = {element.get("name"): element for element in schema}
    root = XML(text)
    if root.tag not in elements:
        return [f"{root.tag} is no element of the schema"]
    return list(_element(root, elements[root.tag], elements))


def _element(node: Element, declared: Element, elements: dict[str | None, Element]) -> Iterator[str]:
    if declared.get("type") == "xs:string":
        yield from (f"{node.tag} holds {child.tag}" for child in node)
        yield from (f"{node.tag} has {name}" for name in node.attrib)
        return
    [complex_type] = declared
    assert complex_type.tag == f"{XS}complexType", complex_type.tag
    yield from _attributes(node, complex_type)
    if complex_type.get("mixed") != "true" and (node.text or "").strip():
        yield f"{node.tag} holds text"
    yield from _children(node, [one for one in complex_type if one.tag == f"{XS}sequence"], elements)


def _attributes(node: Element, complex_type: Element) -> Iterator[str]:
    declared = {one.get("name"): one for one in complex_type if one.tag == f"{XS}attribute"}
    assert all(one.get("type") == "xs:string" for one in declared.values())
    yield from (f"{node.tag} has {name}" for name in node.attrib if name not in declared)
    missing = [name for name, one in declared.items() if one.get("use") == "required" and name not in node.attrib]
    yield from (f"{node.tag} lacks {name}" for name in missing)


def _children(node: Element, sequences: list[Element], elements: dict[str | None, Element]) -> Iterator[str]:
    rest = list(node)
    for one in sequences[0] if sequences else ():
        assert one.tag == f"{XS}element", one.tag
        most = float(one.get("maxOccurs", "1").replace("unbounded", "inf"))
        count = 0
        while rest and rest[0].tag == one.get("ref") and count < most:
            yield from _element(rest.pop(0), elements[one.get("ref")], elements)
            count += 1
        if count < int(one.get("minOccurs", "1")):
            yield f"{node.tag} lacks {one.get('ref')}"
    yield from (f"{node.tag} holds {child.tag} where it may not" for child in rest)
