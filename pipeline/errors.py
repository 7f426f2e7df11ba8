"""What can go wrong in the world, as one tree.

    AcmeError                  a sentence: where, what; why; fix
    ├── Final                  trying again changes nothing until somebody acts
    │   ├── Usage              the command line was off                    exit 2
    │   ├── Denied             an identity lacks a right, or is not trusted
    │   ├── Missing            a thing that must exist does not
    │   └── Conflict           the world holds something else than we were told
    └── Retryable              the same call may work later
        ├── Unreachable        no whole answer came
        ├── Throttled          the other side limits the rate
        └── Busy               a lock or a lease is held by somebody alive

A user's mistake is a finding (findings.py), never one of these.
"""

from __future__ import annotations


class AcmeError(Exception):
    """The world failed. `why` and `fix` are whole sentences, or empty."""

    exit_code = 3

    def __init__(self, what: str, *, where: str = "", why: str = "", fix: str = "") -> None:
        self.what, self.where, self.why, self.fix = what, where, why, fix
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """`where: what why fix: …`, leaving out what is empty."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        tail = f"fix: {self.fix}" if self.fix else ""
        return " ".join(part for part in (head, self.why, tail) if part)


class Final(AcmeError):
    """Trying again changes nothing until somebody acts."""


class Usage(Final):
    """The command line was off."""

    exit_code = 2


class Denied(Final):
    """An identity lacks a right, or is not trusted."""


class Missing(Final):
    """A thing that must exist does not."""


class Conflict(Final):
    """The world holds something else than we were told."""


class Retryable(AcmeError):
    """The same call may work later."""


class Unreachable(Retryable):
    """No whole answer came: DNS, TLS, refused, reset, time-out."""


class Throttled(Retryable):
    """The other side limits the rate. `after_s` is its own word for how long, if it gave one."""

    def __init__(
        self, what: str, *, where: str = "", why: str = "", fix: str = "", after_s: float | None = None
    ) -> None:
        super().__init__(what, where=where, why=why, fix=fix)
        self.after_s = after_s


class Busy(Retryable):
    """A lock or a lease is held by somebody alive."""
