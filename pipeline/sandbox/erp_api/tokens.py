"""Access tokens as OAuth2 client credentials give them (RFC 6749 §4.4): opaque, of limited life, with scopes.

They live in the process alone: a restart makes every token unknown, as a customer's does.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
import time
from dataclasses import dataclass
from urllib.parse import unquote

LIFE_S = 300


@dataclass(frozen=True)
class Token:
    """What a bearer may read, at which site, until when (monotonic clock)."""

    site: str
    scopes: frozenset[str]
    until: float

    @property
    def expired(self) -> bool:
        return time.monotonic() >= self.until


class Tokens:
    """Those that were given out."""

    def __init__(self) -> None:
        self._known: dict[str, Token] = {}

    def give(self, site: str, scopes: frozenset[str], life_s: float = LIFE_S) -> str:
        self._known = {text: token for text, token in self._known.items() if not token.expired}
        text = secrets.token_urlsafe(24)
        self._known[text] = Token(site, scopes, time.monotonic() + life_s)
        return text

    def find(self, authorization: str) -> Token | None:
        """The live token of an `Authorization: Bearer …` header, or None."""
        kind, _, text = authorization.partition(" ")
        token = self._known.get(text) if kind.lower() == "bearer" else None
        return token if token and not token.expired else None


def client_of(authorization: str, form: dict[str, str]) -> tuple[str, str]:
    """(client_id, client_secret) out of HTTP Basic or of the form; empty where neither is there."""
    kind, _, text = authorization.partition(" ")
    if kind.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        name, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote(name), unquote(secret)


def same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())
