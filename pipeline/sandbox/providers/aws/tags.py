"""Tags: a map in Pulumi, a list of pairs in most of AWS."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def pairs(tags: Mapping[str, str] | None) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted((tags or {}).items())]


def mapping(found: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in found or ()}


def both(tags: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """As every resource shows them: the provider itself adds none."""
    return {"tags": dict(tags), "tagsAll": dict(tags)}


def removed(old: Mapping[str, str] | None, new: Mapping[str, str] | None) -> list[str]:
    return sorted((old or {}).keys() - (new or {}).keys())
