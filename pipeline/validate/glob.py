"""File patterns of `*` and `?`: is there a name that two of them match?"""

from __future__ import annotations


def common(first: str, second: str) -> str | None:
    """A name that both match, or None. Walks both side by side: at most len × len steps."""
    start = (0, 0)
    reached = {start: ""}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        if here == (len(first), len(second)):
            return reached[here]
        for step, taken in _steps(first, second, *here):
            if step not in reached:
                reached[step] = reached[here] + taken
                waiting.append(step)
    return None


def _steps(first: str, second: str, i: int, j: int) -> list[tuple[tuple[int, int], str]]:
    """Where to go on from, and the character of the common name that this takes."""
    one, other = first[i : i + 1], second[j : j + 1]
    steps = []
    if one == "*":
        steps.append(((i + 1, j), ""))
        if other and other != "*":
            steps.append(((i, j + 1), "x" if other == "?" else other))
    if other == "*":
        steps.append(((i, j + 1), ""))
        if one and one != "*":
            steps.append(((i + 1, j), "x" if one == "?" else one))
    if one and other and "*" not in (one, other) and (one == other or "?" in (one, other)):
        steps.append(((i + 1, j + 1), (other if one == "?" else one).replace("?", "x")))
    return steps
