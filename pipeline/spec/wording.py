"""How findings of the tenant's files are worded: one maker, suggestions, and values shown only where they give nothing away."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from pipeline.findings import Finding, Where

STAGE: Final = "validate"
_SHOWABLE: Final = re.compile(r"[\w .,:/*()\[\]{}<>=?#%-]{0,60}")
_KEYLIKE: Final = re.compile(r"(?=[A-Za-z+/=_-]*[0-9])[A-Za-z0-9+/=_-]{16,}|[A-Za-z0-9+/=_-]{40,}|://")


def deny(code: str, where: Where, what: str, why: str = "", fix: str = "") -> Finding:
    return Finding(code, "deny", STAGE, what, why, fix, tenant=_tenant_of(where.file), where=where)


def _tenant_of(file: str) -> str | None:
    parts = file.split("/")
    return parts[1] if len(parts) > 1 and parts[0] == "tenants" else None


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was likely meant, or None."""
    from difflib import get_close_matches

    close = get_close_matches(word.lower()[:64], sorted(known), n=1, cutoff=0.6)
    return close[0] if close else None


def listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`Did you mean …?` with a leading space, or empty."""
    close = nearest(word, known)
    return f" Did you mean `{close}`?" if close else ""


def shown(value: Any) -> str:
    """A short, harmless value in backticks; anything long or key-like by its kind only, for it may be a secret."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, int | float):
        return f"`{value}`"
    if isinstance(value, str):
        return f"`{value}`" if _SHOWABLE.fullmatch(value) and not _KEYLIKE.search(value) else "this text"
    return "a list" if isinstance(value, list) else "a mapping"
