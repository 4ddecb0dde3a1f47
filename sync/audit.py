"""The audit log: a connection's steps, oldest first, as JSON lines, CSV or sentences."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from connections.models import Connection, Record
from connectors.contact import Entry, value_from_json
from sync.models import Step
from sync.pilot import records_of

#: So many steps are read at a time.
PART = 500
#: How a result reads outside: what was sent and has no answer is unknown.
RESULTS: Mapping[str, str] = {Step.Result.SENT: Step.Result.UNKNOWN.value}


def steps_of(
    connection: Connection, *, run: int | None = None, contact: str = ""
) -> QuerySet[Step]:
    """Steps of the audit log: those of previews are none, unless that very run is asked for."""
    steps = Step.objects.filter(connection=connection)
    if contact:
        # By their ids in the apps: a step outlives its sync record, and one of a preview has none.
        records = Record.objects.filter(pk__in=records_of(connection, contact))
        ids = {side: records.filter(container=connection.container(side)) for side in "ab"}
        a, b = (list(rows.values_list("remote_id", flat=True)) for rows in ids.values())
        steps = steps_about(connection, Q(a_remote__in=a) | Q(b_remote__in=b))
    steps = steps.filter(logged=True) if run is None else steps.filter(run_id=run)
    return steps.select_related("connection", "by").order_by("at", "pk")


def steps_about(connection: Connection, whom: Q) -> QuerySet[Step]:
    """The connection's steps with contacts of these ids. They are looked for by their ids alone,
    which are few: asked for the connection as well, a database may go through all that has."""
    found = Step.objects.filter(whom).values_list("pk", "connection_id")
    return Step.objects.filter(pk__in=[pk for pk, of in found if of == connection.pk])


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
    "at", "connection", "run", "verb", "side", "a", "b", "name", "field", "before", "after", "lost",
    "rule", "cause", "by", "why", "result",
)  # fmt: skip


def as_csv_rows(step: Step) -> Iterator[list[str]]:
    """A row a changed field; one row for a step that changed none. Formula cells are escaped."""
    data = as_json(step)
    changes: Mapping[str, Any] = data.pop("fields") or {"": {}}
    for name, change in changes.items():
        cells = {
            **data,
            "connection": step.connection.name,
            "field": name,
            **{key: in_words(change.get(key, "")) for key in ("before", "after", "lost")},
        }
        yield [escaped(str(cells[column] or "")) for column in CSV_COLUMNS]


def csv_lines(steps: QuerySet[Step]) -> Iterator[str]:
    """The file, a line at a time, the oldest step first."""
    writer = csv.writer(_Lines(), lineterminator="\n")
    yield writer.writerow(CSV_COLUMNS)
    for step in one_by_one(steps):
        for row in as_csv_rows(step):
            yield writer.writerow(row)


class _Lines:
    """What the writer makes is what ``writerow`` returns."""

    def write(self, line: str) -> str:
        return line


def one_by_one(steps: QuerySet[Step]) -> Iterator[Step]:
    """In the order of the log. A part at a time, each by a query of its own: neither the rows nor
    a transaction have to last until whoever takes them has taken the last."""
    ordered = steps.order_by("at", "pk")
    part = list(ordered[:PART])
    while part:
        yield from part
        last = part[-1]
        part = list(ordered.filter(at=last.at, pk__gt=last.pk)[:PART])
        if len(part) < PART:
            part += ordered.filter(at__gt=last.at)[: PART - len(part)]


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
