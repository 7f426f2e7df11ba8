"""A score for programs and for people: by kind, by rule, and every survivor with the line that shows it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from pipeline.gate.mutation.score import Score, Trial

GOAL = 0.97
BAD = ("other", "survived", "refused")


def document(score: Score, codes: Collection[str]) -> dict[str, Any]:
    """`codes` are all that the judged checks may say."""
    return {
        "mutants": score.count("killed", "other", "survived"),
        **{word: score.count(word) for word in ("killed", "other", "survived")},
        "share": round(score.share, 4),
        "goal": GOAL,
        "variants": score.count("allowed", "refused"),
        "refused": score.count("refused"),
        "kinds": {kind: dict(Counter(trial.outcome for trial in trials)) for kind, trials in by_kind(score).items()},
        "rules": dict(sorted(by_rule(score).items())),
        "idle": idle(score, codes),
        "unfit": list(score.unfit),
        "work": [trial.document() for trial in score.trials if trial.outcome in BAD],
        "seconds": round(score.seconds, 1),
    }


def text(score: Score, codes: Collection[str]) -> str:
    lines = [f"{'kind':<34}{'killed':>7}{'other':>7}{'lived':>7}"]
    lines += [_row(kind, trials) for kind, trials in by_kind(score).items()]
    silent = idle(score, codes)
    lines += ["", f"{len(silent)} of {len(codes)} rules refused nothing: {', '.join(silent) or 'none'}"]
    lines += [f"nothing to break for: {', '.join(score.unfit)}"] if score.unfit else []
    work = [trial for trial in score.trials if trial.outcome in BAD]
    lines += ["", *(line for trial in work for line in _told(trial))] if work else []
    return "\n".join([*lines, "", summary(score)])


def summary(score: Score) -> str:
    mutants, variants = score.count("killed", "other", "survived"), score.count("allowed", "refused")
    said = [f"{score.count('killed')} killed by the right rule", f"{score.count('other')} by another"]
    said += [f"{score.count('survived')} survived"]
    return (
        f"{score.share:.1%} of {mutants} mutants (goal {GOAL:.0%}): {', '.join(said)}; "
        f"{score.count('refused')} of {variants} valid variants refused; {score.seconds:.1f} s"
    )


def is_good(score: Score) -> bool:
    return score.share >= GOAL and score.count("refused") == 0


def by_kind(score: Score) -> Mapping[str, list[Trial]]:
    found: dict[str, list[Trial]] = {}
    for trial in score.trials:
        found.setdefault(trial.kind, []).append(trial)
    return found


def by_rule(score: Score) -> Counter[str]:
    """How many mutants each code refused, alone or with others."""
    return Counter(code for trial in score.trials if trial.outcome in ("killed", "other") for code in trial.codes)


def idle(score: Score, codes: Collection[str]) -> list[str]:
    return sorted(set(codes) - {code for trial in score.trials for code in trial.codes})


def _row(kind: str, trials: Iterable[Trial]) -> str:
    counts = Counter(trial.outcome for trial in trials)
    if counts["allowed"] + counts["refused"]:
        return f"{kind:<34}{counts['allowed']:>7} allowed{counts['refused']:>3} refused"
    return f"{kind:<34}{counts['killed']:>7}{counts['other']:>7}{counts['survived']:>7}"


def _told(trial: Trial) -> list[str]:
    said = ", ".join(trial.codes) or "nothing said"
    again = f"acme gate mutate --kind {trial.kind} --tenant {trial.tenant} --seed {trial.seed} --each 1"
    return [f"{trial.outcome}: {trial.kind}: {trial.tenant}: {trial.done} ({said})", f"  again: {again}"]
