"""Whom staff mean by what they type into a search, among sync records and steps: the beginning of
a name or of an e-mail address, a phone number (``connections.finding``), or a contact's id in an
app. Of people who are gone from the apps only the name is left, and its beginning.

Everything is found by an index, and no more than can be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from connections.finding import records_like
from connections.models import Connection, Container, Record
from connections.plain_text import beginning_with
from sync.models import Step, SyncRecord
from sync.search_keys import name_key

#: So many people are looked at: whoever types two letters means nobody yet.
PEOPLE = 200
#: So many steps of theirs.
STEPS = 10_000


@dataclass(frozen=True, slots=True)
class Found:
    """``ids``: of sync records or of steps; ``are_all``: False where more people are meant than
    are looked at."""

    ids: Sequence[int]
    are_all: bool


def people_like(text: str, connection: Connection | None = None) -> Found:
    """Sync records; only those of ``connection``."""
    return _people(text, _records(text, connection), connection)


def steps_like(text: str, connection: Connection | None = None) -> Found:
    """Steps, of each kind the latest. Of the people of ``connection`` also those that only name
    their ids in its apps, such as the steps of a preview. Elsewhere somebody else may have these
    ids: whoever asks takes the steps of that connection."""
    records = _records(text, connection)
    people = _people(text, records, connection)
    found: set[int] = set()
    for part in _steps(text, people.ids, _ids(text, records, connection)):
        latest = part.order_by("-at", "-pk")
        found.update(latest.values_list("pk", flat=True)[:STEPS])
    return Found(list(found), people.are_all)


def _records(text: str, connection: Connection | None) -> list[int]:
    places = [connection.a, connection.b] if connection else []
    named = Record.objects.filter(
        container__in=places or Container.objects.all(), remote_id=text.strip()
    )
    like = records_like(text, PEOPLE + 1, places)
    return [*like, *named.values_list("pk", flat=True)[: PEOPLE + 1]]


def _people(text: str, records: Sequence[int], connection: Connection | None) -> Found:
    rows = SyncRecord.objects.order_by()
    if connection is not None:
        rows = rows.filter(connection=connection)
    parts = [rows.filter(a__in=records), rows.filter(b__in=records)]
    if key := name_key(text):
        parts.append(rows.filter(beginning_with("name_key", key)))
    found: dict[int, None] = {}
    for part in parts:
        found.update(dict.fromkeys(part.values_list("pk", flat=True)[: PEOPLE + 1]))
    return Found(list(found)[:PEOPLE], len(found) <= PEOPLE)


def _ids(text: str, records: Sequence[int], connection: Connection | None) -> list[set[str]]:
    """Of side a and of side b."""
    ids = [{text.strip()}, {text.strip()}]
    if connection is not None:
        rows = Record.objects.filter(pk__in=records).values_list("container_id", "remote_id")
        for container, remote_id in rows:
            ids[container == connection.b_id].add(remote_id)
    return [found - {""} for found in ids]


def _steps(text: str, people: Sequence[int], ids: Sequence[set[str]]) -> Iterator[QuerySet[Step]]:
    a, b = ids
    yield Step.objects.filter(sync_record__in=people)
    yield Step.objects.filter(a_remote__in=a)
    yield Step.objects.filter(b_remote__in=b)
    if key := name_key(text):
        yield Step.objects.filter(beginning_with("name_key", key), sync_record=None)
