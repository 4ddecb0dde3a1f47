"""The audit log: a connection's steps, oldest first, as JSON lines, CSV or sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from connections.models import Connection, Record
from connectors.contact import Entry, value_from_json
from sync.models import Run, Step
from sync.pilot import records_of

#: How a result reads outside: what was sent and has no answer is unknown.
RESULTS: Mapping[str, str] = {Step.Result.SENT: Step.Result.UNKNOWN.value}


def steps_of(
    connection: Connection, *, run: int | None = None, contact: str = ""
) -> QuerySet[Step]:
    """Steps of the audit log: those of previews are none, unless that very run is asked for."""
    steps = Step.objects.filter(run__connection=connection).select_related("by").order_by("pk")
    if run is not None:
        steps = steps.filter(run_id=run)
    else:
        steps = steps.exclude(run__kind=Run.Kind.PREVIEW).exclude(result=Step.Result.PLANNED)
    if contact:
        # By their ids in the apps: a step outlives its sync record, and one of a preview has none.
        records = Record.objects.filter(pk__in=records_of(connection, contact))
        ids = {side: records.filter(container=connection.container(side)) for side in "ab"}
        steps = steps.filter(
            Q(a_remote__in=ids["a"].values("remote_id"))
            | Q(b_remote__in=ids["b"].values("remote_id"))
        )
    return steps


def as_json(step: Step) -> dict[str, Any]:
    """One line of ``audit --json``."""
    return {
        "at": step.at.isoformat(),
        "run": step.run_id,
        "step": step.pk,
        "verb": step.verb,
        "side": step.side or None,
        "a": step.a_remote or None,
        "b": step.b_remote or None,
        "name": step.name,
        "fields": step.fields,
        "rule": step.rule or None,
        "cause": step.cause,
        "by": str(step.by) if step.by else None,
        "why": step.why or None,
        "result": RESULTS.get(step.result, step.result),
    }


CSV_COLUMNS = (
    "at", "run", "verb", "side", "a", "b", "name", "field", "before", "after", "lost", "rule",
    "cause", "by", "why", "result",
)  # fmt: skip


def as_csv_rows(step: Step) -> Iterator[list[str]]:
    """A row a changed field; one row for a step that changed none. Formula cells are escaped."""
    data = as_json(step)
    changes: Mapping[str, Any] = data.pop("fields") or {"": {}}
    for name, change in changes.items():
        cells = {
            **data,
            "field": name,
            **{key: in_words(change.get(key, "")) for key in ("before", "after", "lost")},
        }
        yield [escaped(str(cells[column] or "")) for column in CSV_COLUMNS]


def escaped(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def in_words(value: Any) -> str:
    """A value for people: elements of a list with their labels."""
    shown = value_from_json(value)
    if isinstance(shown, str):
        return shown
    return "; ".join(_element(entry) for entry in shown)


def _element(entry: Entry) -> str:
    return f"{entry.value} ({entry.label})" if entry.label else str(entry.value)


def in_sentence(step: Step) -> str:
    """A line for people: when, what, to whom, which field from what to what, and the result."""
    when = step.at.strftime("%Y-%m-%d %H:%M:%S")
    side = f" in {step.side.upper()}" if step.side else ""
    changes = [
        f"{name}: {in_words(change['before'])!r} → {in_words(change['after'])!r}"
        for name, change in step.fields.items()
    ]
    by = f"by the rule {step.rule.partition(': ')[0]}" if step.rule else ""
    details = "; ".join([*changes, *filter(None, (by, step.why))])
    result = (
        "" if step.result == Step.Result.DONE else f" [{RESULTS.get(step.result, step.result)}]"
    )
    return f"{when}  {step.verb}{side}  {step.name}{result}  {details}".rstrip()
