"""The protocol does no harm in any order of events, and each of its parts is there for a reason."""

import pytest

from tests.faults.fence import model


def test_no_order_of_events_does_harm():
    """Two attempts, two deploys, two aborts, a revoke, crashes anywhere, a sweeper: every state is explored."""
    found = model.explore(attempts=2, deploys=2, aborts=2, revokes=1)
    assert found.harm == "", found.path
    assert found.states > 50_000


@pytest.mark.parametrize("part", model.PARTS)
def test_without_this_part_harm_is_found(part):
    """The model can fail: take the part out, and a shortest path to the harm is named."""
    found = model.explore(without=part)
    assert found.harm, f"nobody misses the {part}"
    assert found.path[-1]
