"""A run in words: the JSON answer of contract, and sentences for people."""

from __future__ import annotations

from typing import Any

from rules.setup import other
from sync.models import Run


def answer(run: Run) -> dict[str, Any]:
    """What ``sync --json`` prints. ``seconds`` counts from the start to the end of the run."""
    started, finished = run.started_at, run.finished_at
    return {
        "connection": run.connection.name,
        "run": run.pk,
        "kind": run.kind,
        "state": run.state,
        "why": run.why or None,
        **run.counts,
        "seconds": round((finished - started).total_seconds(), 3) if started and finished else 0,
    }


def in_sentences(run: Run) -> str:
    """A few lines: what was done on each side, how the connection stands, what to do next."""
    name, counts = run.connection.name, run.counts
    if run.state != Run.State.DONE:
        return f"{name}: {run.get_state_display().lower()}. {run.why}"
    would = run.kind == Run.Kind.PREVIEW
    lines = [f"{name}: {'this would be done' if would else 'done'}."]
    for side in "ab":
        part, place = counts[side], run.connection.container(side)
        lines.append(
            f"  {side.upper()} ({place}): {part['created']} created, {part['updated']} updated; "
            f"{_times(part['requests'], 'request')}"
        )
    lines.append(
        f"  {counts['linked']} linked, {_times(counts['conflicts'], 'conflict')} "
        f"(the values of {_winner(run)} won)"
        if counts["conflicts"]
        else f"  {counts['linked']} linked"
    )
    lines.append(f"  {'Then ' if would else ''}{standing(counts)}")
    return "\n".join(lines)


def standing(counts: dict[str, Any]) -> str:
    """How the connection stands: what is in sync, and what is not and why."""
    parts = [f"{counts['in_sync']} in sync"]
    parts += [f"{n} excluded ({cause})" for cause, n in counts["excluded"].items()]
    parts += [f"{n} failed ({cause})" for cause, n in counts["failed"].items()]
    for word in ("duplicates", "to_review", "deleted_opposite"):
        if counts[word]:
            parts.append(f"{counts[word]} {word.replace('_', ' ')}")
    return ", ".join(parts) + "."


def _winner(run: Run) -> str:
    winner = run.connection.winner
    return f"{winner.upper()}, not of {other(winner).upper()},"


def _times(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
