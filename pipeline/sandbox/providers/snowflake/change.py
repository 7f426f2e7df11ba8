"""How most objects change and go: ALTER for what changed, DROP where it stands. Each returns a function of a type's table."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.sandbox.providers.resource_type import Inputs
from pipeline.sandbox.providers.snowflake.connection import Account
from pipeline.sandbox.providers.snowflake.sql import Options, alter


def altering(
    kind: str, options: Options, known: frozenset[str] | set[str]
) -> Callable[[Account, str, Inputs, Inputs], None]:
    """`known` are inputs that are no option of ALTER."""

    def update(account: Account, identifier: str, old: Inputs, new: Inputs) -> None:
        for statement in alter(kind, identifier, old, new, options, known):
            account.execute(statement)

    return update


def dropping(kind: str) -> Callable[[Account, str, Inputs], None]:
    """What is gone already is no failure."""

    def delete(account: Account, identifier: str, _inputs: Inputs) -> None:
        account.execute(f"DROP {kind} IF EXISTS {identifier}")

    return delete
