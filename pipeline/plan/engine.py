"""Pulumi's engine by the Automation API: one work directory a stack, one command, the state in S3.

Talks to the engine's process, the state bucket and the providers. Fails with `Busy` (the stack's lock is held), `Final`
(the engine refused; its words are in the message) and `Unreachable` (nobody answered it, or it took too long).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import naming
from pipeline.errors import AcmeError, Busy, Final, Unreachable
from pipeline.plan.step import Operation, Step
from pipeline.settings import Environment

if TYPE_CHECKING:  # the SDK takes half a second: what finds nothing to do never loads it
    from pulumi.automation.errors import CommandError
    from pulumi.automation.events import EngineEvent, ResourcePreEvent

    from pipeline.plan.bounded_command import BoundedCommand
    from pipeline.plan.lean_stack import LeanStack

Program = Callable[[], None]
OPERATIONS: Mapping[str, Operation] = {
    "create": "create",
    "update": "update",
    "delete": "delete",
    "replace": "replace",
    "import": "import",
}
NO_ANSWER = ("connection refused", "request send failed", "i/o timeout", "no such host")
STATE_VERSION = 3
SANDBOX_PASSPHRASE = "sandbox"  # noqa: S105  no secret value stands in any state; production seals with awskms://


@dataclass(frozen=True)
class Engine:
    """The engine for one environment. `root`'s `bin/` holds `pulumi`; below `home` its files and work directories lie."""

    root: Path
    home: Path
    environment: Environment
    variables: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def command(self) -> BoundedCommand:
        """One for all stacks: each new one would start a process to ask its version."""
        from pipeline.plan.bounded_command import BoundedCommand

        return BoundedCommand(self.root)

    def stack(
        self, name: str, program: Program, *, stands: bool = False, cut: threading.Event | None = None
    ) -> LeanStack:
        """The stack of this name, made where its state does not exist. Nothing is asked where the caller knows that it `stands`.

        `cut`, once it is set, ends whatever the engine does on this stack.
        """
        from pulumi.automation import LocalWorkspace

        from pipeline.plan.lean_stack import LeanStack

        folder = self.home / "work" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "Pulumi.yaml").write_text(f"name: {naming.PROJECT}\nruntime: python\n", encoding="utf-8")
        workspace = LocalWorkspace(
            work_dir=str(folder),
            program=program,
            pulumi_command=self.command.until(cut) if cut else self.command,
            env_vars=self._variables(),
            secrets_provider=self._secrets_provider(),
        )
        with failures():
            return LeanStack(name, workspace, stands=stands)

    def _variables(self) -> dict[str, str]:
        environment = self.environment
        credentials = {
            "AWS_SHARED_CREDENTIALS_FILE": environment.credentials or "",
            "AWS_PROFILE": environment.profiles.get("deployer", ""),
        }
        return {
            "PULUMI_BACKEND_URL": backend_url(environment),
            "PULUMI_HOME": str(self.home / "pulumi"),
            "PULUMI_CONFIG_PASSPHRASE": SANDBOX_PASSPHRASE if environment.sandbox else "",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER": "true",  # a new work directory knows none of its own
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true" if environment.providers else "false",
            "PULUMI_DIY_BACKEND_NO_LEGACY_WARNING": "true",
            "PULUMI_DEBUG_PROVIDERS": environment.providers,
            "AWS_REGION": environment.region,
            "AWS_EC2_METADATA_DISABLED": "true" if environment.sandbox else "false",
            **{name: value for name, value in credentials.items() if value},
            **self.variables,
        }

    def _secrets_provider(self) -> str:
        environment = self.environment
        return (
            "passphrase"
            if environment.sandbox
            else f"awskms://alias/acme-{environment.name}?region={environment.region}"
        )


def backend_url(environment: Environment) -> str:
    """Where the state lies: the environment's state bucket."""
    bucket = f"s3://{environment.place.state_bucket}?region={environment.region}&awssdk=v2"
    if not environment.aws_endpoint:
        return bucket
    return f"{bucket}&endpoint={environment.aws_endpoint}&s3ForcePathStyle=true"


@dataclass(frozen=True)
class Preview:
    """What an `up` would do now. `idle`: nothing at all, not even the end of what a killed engine had begun."""

    steps: tuple[Step, ...]
    idle: bool


def foresee(stack: LeanStack) -> Preview:
    """The engine's preview; unchanged resources and the stack itself are no steps."""
    seen: list[ResourcePreEvent] = []

    def keep(event: EngineEvent) -> None:
        if event.resource_pre_event is not None:
            seen.append(event.resource_pre_event)

    with failures():
        done = stack.preview(on_event=keep, color="never", suppress_outputs=True, suppress_progress=True)
    steps = tuple(step for step in map(step_of, seen) if step is not None)
    return Preview(steps, idle=all(operation == "same" for operation in done.change_summary))


def preview(stack: LeanStack) -> list[Step]:
    """The steps of the engine's preview."""
    return list(foresee(stack).steps)


def up(stack: LeanStack, on_step: Callable[[Step], None] = lambda _step: None) -> list[Step]:
    """Makes it so, and returns the steps that were taken. `on_step` hears of each as it begins."""
    taken: list[Step] = []

    def keep(event: EngineEvent) -> None:
        if event.resource_pre_event is not None and (step := step_of(event.resource_pre_event)):
            taken.append(step)
            on_step(step)

    with failures():
        stack.up(on_event=keep, color="never", suppress_outputs=True, suppress_progress=True)
    return taken


def command(stack: LeanStack, words: list[str]) -> None:
    """A command of the engine that the Automation API does not spell, on this stack."""
    with failures():
        stack._run_pulumi_cmd_sync([*words, "--non-interactive", "--suppress-progress"])


def replace_state(stack: LeanStack, deployment: Mapping[str, Any]) -> None:
    """The stack's state as it was read (state.py) and mended. The engine checks that it holds together."""
    from pulumi.automation import Deployment

    with failures():
        stack.import_stack(Deployment(version=STATE_VERSION, deployment=dict(deployment)))


def step_of(event: ResourcePreEvent) -> Step | None:
    """An engine's event as a step; None for what changes nothing and for the stack's own root."""
    metadata = event.metadata
    operation = OPERATIONS.get(metadata.op.value)
    if operation is None or metadata.type == "pulumi:pulumi:Stack":
        return None
    state = metadata.new or metadata.old
    inputs: Mapping[str, Any] = (state.inputs if state else None) or {}
    changed = tuple(sorted({*(metadata.detailed_diff or {}), *(metadata.diffs or [])}))
    visible = {key: value for key, value in inputs.items() if not key.startswith("__")}
    return Step(operation, metadata.urn, changed, visible)


@contextmanager
def failures() -> Iterator[None]:
    """The engine's refusals as our errors."""
    from pulumi.automation.errors import CommandError

    try:
        yield
    except CommandError as error:
        raise told(error) from None


def told(error: CommandError) -> AcmeError:
    """What the engine said, as one of our errors: the lines after `error:`, without its progress."""
    from pulumi.automation.errors import ConcurrentUpdateError

    text = str(error)
    if isinstance(error, ConcurrentUpdateError):
        return Busy(
            "the stack is locked by another engine.",
            why=first_error(text),
            fix="wait for it; a dead one is taken over by the next apply",
        )
    if any(word in text for word in NO_ANSWER):
        return Unreachable(
            f"the engine reached nobody: {first_error(text)}",
            fix="./acme sandbox status, or the network to AWS and Snowflake",
        )
    return Final(f"the engine refused: {first_error(text)}", fix="mend what it names, then run the same command again")


def first_error(text: str) -> str:
    """What the engine's output names as the error: its first line and the provider's own words below it, at most 600 characters."""
    lines = [line.strip().removeprefix("stderr:").strip() for line in text.splitlines() if line.strip()]
    starts = [at for at, line in enumerate(lines) if line.startswith("error:") and "update failed" not in line]
    if not starts:
        return (lines or [""])[-1][:600]
    words = [lines[starts[0]].removeprefix("error:").strip()]
    words += [line.removeprefix("*").strip() for line in lines[starts[0] + 1 : starts[0] + 6] if line.startswith("*")]
    return " ".join(words)[:600]
