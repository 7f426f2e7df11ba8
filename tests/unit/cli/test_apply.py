"""Many tenants at once: one's failure is its own, and Ctrl-C leaves nothing half told."""

import threading
import time

from pipeline.cli import apply
from pipeline.errors import AcmeError


def test_ctrl_c_begins_no_further_tenant_and_tells_what_had_begun(monkeypatch, capsys):
    """The first is waited for, the rest is named as not begun, with the line that goes on."""
    monkeypatch.setattr(apply, "AT_ONCE", 1)
    begun, go_on = [], threading.Event()

    def one(tenant: str) -> str:
        begun.append(tenant)
        go_on.wait(10)
        return "live"

    def interrupted(futures: object) -> None:
        if go_on.is_set():
            deadline = time.monotonic() + 10
            while not all(future.done() for future in list(futures)) and time.monotonic() < deadline:
                time.sleep(0.01)
            return
        while not begun:
            time.sleep(0.01)
        go_on.set()
        raise KeyboardInterrupt

    monkeypatch.setattr(apply, "wait", interrupted)
    outcomes = apply.side_by_side(["globex", "initech", "umbrella"], one)
    assert outcomes["globex"] == "live"
    assert isinstance(outcomes["umbrella"], AcmeError)
    assert "not begun" in outcomes["umbrella"].sentence()
    assert "what has begun is finished first" in capsys.readouterr().err
