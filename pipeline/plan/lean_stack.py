"""A stack of the Automation API that starts no process which nobody needs. It loads Pulumi's SDK, as bounded_command.py does."""

from __future__ import annotations

from datetime import UTC, datetime

import pulumi.automation as automation
from pulumi.automation._stack import StackInitMode


class LeanStack(automation.Stack):
    """A stack whose `up` is one process: its outputs and history are not asked for; one that `stands` is not looked for."""

    def __init__(self, name: str, workspace: automation.LocalWorkspace, *, stands: bool) -> None:
        if not stands:
            super().__init__(name, workspace, StackInitMode.CREATE_OR_SELECT)
        self.name, self.workspace, self._mode = name, workspace, StackInitMode.SELECT

    def outputs(self) -> automation.OutputMap:
        return {}

    def info(self, show_secrets: bool = True) -> automation.UpdateSummary | None:  # noqa: ARG002  the signature is given
        now = datetime.now(UTC)
        return automation.UpdateSummary(
            kind="update", start_time=now, message="", environment={}, config={}, result="succeeded", end_time=now
        )
