"""What a run did and how its connection stands, in the words of ``sync --json``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db.models import Count

from connections.models import Connection
from sync.models import Run, Step, SyncRecord

Totals = Counter[tuple[str, str]]


def totals(connection: Connection) -> Totals:
    """Sync records by (state, cause)."""
    rows = SyncRecord.objects.filter(connection=connection).values_list("state", "cause")
    return Counter(
        {(state, cause): n for state, cause, n in rows.annotate(n=Count("pk")).order_by()}
    )


def in_words(totals: Totals) -> dict[str, Any]:
    """The totals as the JSON answer has them."""
    answer: dict[str, Any] = {
        "in_sync": 0, "excluded": {}, "duplicates": 0, "to_review": 0, "failed": {},
        "deleted_opposite": 0, "apart": 0,
    }  # fmt: skip
    for (state, cause), number in sorted(totals.items()):
        if state in ("excluded", "failed"):
            answer[state][cause] = answer[state].get(cause, 0) + number
        elif state == SyncRecord.State.DUPLICATE:
            answer["duplicates"] += number
        elif state in answer:
            answer[state] += number
    for state in ("excluded", "failed"):
        answer[state] = {cause: number for cause, number in answer[state].items() if number}
    return answer


def of_run(run: Run, requests: Mapping[str, int], standing: Totals) -> dict[str, Any]:
    """``requests`` by side; ``standing``: the totals after it, of a preview as they would be."""
    is_preview = run.kind == Run.Kind.PREVIEW
    counted = (Step.Result.PLANNED,) if is_preview else (Step.Result.DONE,)
    steps = Step.objects.filter(run=run)
    counts: dict[str, Any] = {
        side: {"requests": requests.get(side, 0), "created": 0, "updated": 0, "marked": 0}
        for side in "ab"
    }
    for side, part in counts.items():
        mine = steps.filter(result__in=counted, side=side)
        part["created"] = mine.filter(leads=True, verb="create").count()
        part["updated"] = mine.filter(leads=True).exclude(verb__in=("create", "delete")).count()
        part["marked"] = mine.filter(verb="mark").count()
    if is_preview:
        made = [key for key in standing if key[0] == SyncRecord.State.NEW]
        standing = standing + Counter({("in_sync", ""): sum(map(standing.pop, made))})
    counts["linked"] = steps.filter(verb="link").count()
    counts["conflicts"] = steps.filter(conflict=True).count()
    return {**counts, **in_words(standing)}
