"""`python -m pipeline.sandbox.providers`: both providers in one process, for as long as the sandbox runs.

Attached by PULUMI_DEBUG_PROVIDERS="aws:A,snowflake:S". With `--only aws` it is what the engine starts itself: one provider on a
free port, whose number is the first line of its output.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading

from pipeline.sandbox.providers.aws import package as aws
from pipeline.sandbox.providers.serving import serve
from pipeline.sandbox.providers.snowflake import package as snowflake

PACKAGES = {"aws": aws.package, "snowflake": snowflake.package}


def main(words: list[str]) -> None:
    """Serves until it is told to end."""
    arguments = _parser().parse_args(words)
    ended = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: ended.set())
    wanted = [arguments.only] if arguments.only else list(PACKAGES)
    served = {name: serve(PACKAGES[name](), getattr(arguments, f"{name}_port")) for name in wanted}
    ports = ",".join(f"{name}:{port}" for name, (_, port) in served.items())
    sys.stdout.write(f"{served[arguments.only][1]}\n" if arguments.only else f"ready {ports}\n")
    sys.stdout.flush()
    ended.wait()
    for server, _ in served.values():
        server.stop(grace=None)
    os._exit(0)  # pooled threads would be waited for


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pipeline.sandbox.providers")
    parser.add_argument("--only", choices=sorted(PACKAGES))
    parser.add_argument("--aws-port", type=int, default=0)
    parser.add_argument("--snowflake-port", type=int, default=0)
    parser.add_argument("engine", nargs="*", help="where the engine answers: given by the engine, not needed")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
