"""A field mapping tried on one contact: what each line would do for it, by the engine's own merge
and as both apps were last read. No app is asked and nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from connections.mirror import key_value
from connections.models import Connection, Key, Record
from connectors.contact import Contact, Value
from connectors.fields import fold
from rules.setup import Line, Setup
from sync.engine.carry import outcome, real_names, show
from sync.engine.person import View
from sync.models import Planned, SyncRecord
from sync.views import COLUMNS, view_of
from sync.work import work_under

#: So many are offered at most, and found when there are more.
MOST = 8


@dataclass(frozen=True, slots=True)
class Found:
    """A contact that a search names. ``sides``: where it lives; "ab" of a pair."""

    record: int
    title: str
    email: str
    sides: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom the lines are tried on. ``views``: by side; one may be missing. ``base``: what both
    sides last agreed on, nothing where they have not met."""

    record: int
    title: str
    views: Mapping[str, View]
    base: Mapping[str, Any] = field(default_factory=dict)
    has_met: bool = False

    def contact(self, side: str) -> Contact:
        view = self.views.get(side)
        return (view.contact if view else None) or Contact()


@dataclass(frozen=True, slots=True)
class Tried:
    """What a line shows of each side, and by side what it would be given. ``why``: what holds it
    back, or what is left alone."""

    a: Value
    b: Value
    gets: Mapping[str, Value] = field(default_factory=dict)
    why: str = ""


def anything_read(connection: Connection) -> bool:
    rows = Record.objects.filter(container__in=(connection.a_id, connection.b_id), gone_at=None)
    return rows.exists()


def people_like(connection: Connection, text: str) -> list[Found]:
    """Contacts whose name or e-mail address holds the text, a pair once; without a text some.
    More than ``MOST`` where there are more."""
    ids = _ids_like(connection, key_value(fold(text)))
    records = Record.objects.filter(pk__in=ids, gone_at=None).only(*COLUMNS)
    pairs = _pairs(connection, ids)
    found: dict[int, Found] = {}
    for record in sorted(records, key=lambda each: (fold(each.title), each.pk)):
        pair = pairs.get(record.pk)
        emails = view_of(record).emails
        where = "a" if record.container_id == connection.a_id else "b"
        known = found.setdefault(
            pair.pk if pair else -record.pk,
            Found(record.pk, str(record), emails[0] if emails else "", "ab" if pair else where),
        )
        if pair and record.pk == pair.a_id and known.record != record.pk:
            found[pair.pk] = Found(record.pk, known.title, known.email, "ab")
    return list(found.values())


def _ids_like(connection: Connection, wanted: str) -> list[int]:
    """Of records: enough for one person more than are offered."""
    sides, enough = (connection.a_id, connection.b_id), 2 * (MOST + 1)
    if wanted:
        kinds = (Key.Kind.NAME, Key.Kind.EMAIL)
        keys = Key.objects.filter(container__in=sides, kind__in=kinds, value__contains=wanted)
        named = keys.order_by("record").values_list("record_id", flat=True).distinct()
        return list(named[:enough])
    rows = Record.objects.filter(container__in=sides, gone_at=None)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:enough])


def _pairs(connection: Connection, ids: list[int]) -> dict[int, SyncRecord]:
    """By record, the pair that it is in."""
    rows = SyncRecord.objects.filter(
        Q(a__in=ids) | Q(b__in=ids), connection=connection, a__isnull=False, b__isnull=False
    ).only("a", "b", "base")
    return {id: row for row in rows for id in (row.a_id, row.b_id) if id}


def subject_of(connection: Connection, record: int) -> Subject | None:
    """The person whom a record is about, with the counterpart: the one it is paired with, else the
    only one with an address of its own. None where the connection has no such record."""
    sides = {connection.a_id: "a", connection.b_id: "b"}
    mine = Record.objects.filter(pk=record, container__in=sides, gone_at=None).first()
    if mine is None:
        return None
    pair = _pairs(connection, [record]).get(record)
    ids = [pair.a_id, pair.b_id] if pair else _namesakes(mine, connection)
    others = Record.objects.filter(pk__in=filter(None, ids), gone_at=None).exclude(pk=record)
    views = {sides[row.container_id]: view_of(row) for row in [mine, *others]}
    has_met = pair is not None and len(views) == 2
    return Subject(record, str(mine), views, pair.base if pair and has_met else {}, has_met)


def _namesakes(record: Record, connection: Connection) -> list[int | None]:
    """On the other side the one that it would be matched with, if it is only one and free."""
    there, side = (connection.b_id, "b")
    if record.container_id == connection.b_id:
        there, side = (connection.a_id, "a")
    emails = [key_value(email) for email in view_of(record).emails]
    keys = Key.objects.filter(container=there, kind=Key.Kind.EMAIL, value__in=emails)
    paired = SyncRecord.objects.filter(connection=connection, a__isnull=False, b__isnull=False)
    free = keys.exclude(record__in=paired.values(side))
    found = list(free.values_list("record_id", flat=True).distinct()[:2])
    return [*found] if len(found) == 1 else []


def widened(connection: Connection, setup: Setup) -> frozenset[str]:
    """Keys of lines that start as a first match under this setup."""
    planned = Planned.objects.filter(connection=connection).first()
    return work_under(setup, planned).widened if planned else frozenset()


def tried(line: Line, subject: Subject, setup: Setup, anew: frozenset[str]) -> Tried:
    """``line`` is one of the setup's; ``anew``: keys of those that start as a first match."""
    contacts = {side: subject.contact(side) for side in "ab"}
    base = None if line.key in anew else subject.base.get(line.key)
    result = outcome(line, contacts, _stamps(line, subject), base, setup)
    shown = {side: show(line, side, contacts[side], base, setup) for side in "ab"}
    why = result.held
    if result.drift and not why:
        why = "It was changed where this line does not read, and is left alone."
    gets = {side: writing.value for side, writing in result.writes.items()}
    return Tried(shown["a"], shown["b"], gets, why)


def values_of(line: Line, subject: Subject, setup: Setup) -> Tried:
    """What a line that is off would join."""
    base = subject.base.get(line.key)
    a, b = (show(line, side, subject.contact(side), base, setup) for side in "ab")
    return Tried(a, b)


def _stamps(line: Line, subject: Subject) -> Any:
    nobody = View(0, "", None, "")
    return {
        side: max(map(subject.views.get(side, nobody).stamp, real_names(line.field(side))))
        for side in "ab"
    }
