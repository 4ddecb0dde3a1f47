"""A run in words: the JSON answer of contract, and sentences for people."""

from __future__ import annotations

from typing import Any

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
    lines = [f"{name}: {'a preview; nothing was written. It would do:' if would else 'done.'}"]
    for side in "ab":
        part, place = counts[side], run.connection.container(side)
        created, updated = part["created"], part["updated"]
        lines.append(
            f"  {side.upper()} ({place}): {created} created, {updated} updated; "
            f"{_times(part['requests'], 'request')}"
        )
    if counts["linked"] or counts["conflicts"]:
        lines.append(f"  {counts['linked']} linked{_conflicts(run)}")
    lines.append(f"  {'Then ' if would else ''}{standing(counts)}")
    if would and run.connection.state == run.connection.State.DRAFT:
        lines.append(f"Start it with `sync {name} --approve`.")
    if counts["failed"] and not would:
        lines.append(f"Why they failed is in `audit {name}`.")
    return "\n".join(lines)


def standing(counts: dict[str, Any]) -> str:
    """How the connection stands: what is in sync, and what is not and why."""
    parts = [f"{counts['in_sync']} in sync"]
    parts += [f"{n} excluded ({cause})" for cause, n in counts["excluded"].items()]
    parts += [f"{n} failed ({cause})" for cause, n in counts["failed"].items()]
    if counts["duplicates"]:
        parts.append(_times(counts["duplicates"], "duplicate"))
    parts += [
        f"{counts[word]} {word.replace('_', ' ')}"
        for word in ("to_review", "deleted_opposite", "apart")
        if counts.get(word)
    ]
    return ", ".join(parts) + "."


def _conflicts(run: Run) -> str:
    number = run.counts["conflicts"]
    return (
        f", {_times(number, 'conflict')} (the losing values are in the audit log)" if number else ""
    )


def _times(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
