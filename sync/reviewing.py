"""What waits for a person: to review, duplicates, held and failed contacts, kept apart, losing
values; and which answer of ``review`` fits each. Keys are those of ``sync.pilot``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from connections.mirror import key_value
from connections.models import Connection, Key, Record
from connectors.fields import FieldType, normal
from rules.setup import other
from sync.engine.match import ALIKE, DELETED_THERE, UNKNOWN_OUTCOME
from sync.leaving import LEFT
from sync.models import Apart, Step, SyncRecord
from sync.neighbours import Neighbourhood
from sync.so_far import SoFar
from sync.views import COLUMNS, view_of

#: So many of the latest conflicts are offered to be put back.
CONFLICTS = 20

State = SyncRecord.State


class NoSuchContact(Exception):
    """The key names nobody, or several; the message says what to give."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """``kind``: to review, duplicate, held, failed, apart, left out, conflict. ``answers``:
    options of the command, as they are typed."""

    kind: str
    name: str
    keys: tuple[str, ...]
    why: str
    answers: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "keys": list(self.keys), "answers": list(self.answers)}


def waiting_of(connection: Connection) -> list[Waiting]:
    return [
        *_records_to_answer(connection),
        *_kept_apart(connection),
        *_conflicts(connection),
    ]


def record_on(connection: Connection, side: str, key: str) -> Record:
    """The live contact of ``side`` that the key names: an e-mail, or ``a:ID`` / ``b:ID``."""
    rows = Record.objects.filter(container=connection.container(side), gone_at=None)
    start, _, remote_id = key.partition(":")
    if start in ("a", "b") and remote_id:
        rows = rows.filter(remote_id=remote_id) if start == side else rows.none()
    else:
        email = key_value(normal(FieldType.EMAIL, key))
        rows = rows.filter(keys__kind=Key.Kind.EMAIL, keys__value=email).distinct()
    found = list(rows.order_by("pk")[:10])
    if len(found) == 1:
        return found[0]
    place = f"{side.upper()} ({connection.container(side)})"
    if not found:
        raise NoSuchContact(f"There is no contact {key!r} in {place}. Give an e-mail or {side}:ID.")
    ids = ", ".join(f"{side}:{row.remote_id} ({row.title})" for row in found)
    raise NoSuchContact(f"Several contacts in {place} have {key!r}. Name one: {ids}.")


def _records_to_answer(connection: Connection) -> Iterator[Waiting]:
    rows = SyncRecord.objects.filter(connection=connection).select_related("a", "b")
    for kind, chosen in (
        ("to review", rows.filter(state=State.TO_REVIEW)),
        ("duplicate", rows.filter(state=State.DUPLICATE)),
        ("held", rows.exclude(halted=[])),
        ("failed", rows.filter(state=State.FAILED)),
        ("left out", rows.filter(state=State.EXCLUDED, cause=LEFT)),
    ):
        for row in chosen.order_by("title", "pk"):
            answers = tuple(_answers(connection, kind, row))
            yield Waiting(kind, row.title, _keys(row), row.reason, answers)


def _keys(row: SyncRecord) -> tuple[str, ...]:
    return tuple(f"{s}:{record.remote_id}" for s in "ab" if (record := getattr(row, s)) is not None)


def _answers(connection: Connection, kind: str, row: SyncRecord) -> Iterator[str]:
    keys = _keys(row)
    if not keys:
        return
    if kind == "held":
        yield f"--release {keys[0]}"
    elif kind == "failed":
        yield f"--again {keys[0]}"
    elif kind == "left out" or row.cause in (DELETED_THERE, UNKNOWN_OUTCOME):
        yield f"--create {keys[0]}"
    elif len(keys) == 1:
        yield from _candidates(connection, row)


def _candidates(connection: Connection, row: SyncRecord) -> Iterator[str]:
    """Who it might be, of those who are still free."""
    side = "a" if row.a_id else "b"
    record = Record.objects.only(*COLUMNS).get(pk=getattr(row, f"{side}_id"))
    view = view_of(record)
    near = Neighbourhood(connection, side, [view], SoFar()).of(view, set())
    there = (
        near.proposed if row.cause == ALIKE else [x for group in near.there.values() for x in group]
    )
    for one in dict.fromkeys(x.remote_id for x in there if x.id not in near.paired | near.apart):
        keys = {side: f"{side}:{record.remote_id}", other(side): f"{other(side)}:{one}"}
        yield f"--same {keys['a']} {keys['b']}"
        yield f"--different {keys['a']} {keys['b']}"


def _kept_apart(connection: Connection) -> Iterator[Waiting]:
    said = Apart.objects.filter(connection=connection).select_related("a", "b")
    undone = SyncRecord.objects.filter(
        connection=connection, state=State.APART, a__isnull=False, b__isnull=False
    ).select_related("a", "b")
    pairs = {(x.a_id, x.b_id): (x.a, x.b, "They are different people.") for x in said}
    for row in undone:
        if row.a is not None and row.b is not None:
            pairs[row.a.pk, row.b.pk] = (row.a, row.b, row.reason)
    for a, b, why in pairs.values():
        keys = (f"a:{a.remote_id}", f"b:{b.remote_id}")
        yield Waiting("apart", a.title or b.title, keys, why, (f"--reunite {' '.join(keys)}",))


def _conflicts(connection: Connection) -> Iterator[Waiting]:
    steps = Step.objects.filter(
        connection=connection,
        logged=True,
        conflict=True,
        result=Step.Result.DONE,
        sync_record__state=State.IN_SYNC,
    )
    for step in steps.order_by("-pk")[:CONFLICTS]:
        lost = [name for name, change in step.fields.items() if change.get("lost")]
        keys = (f"a:{step.a_remote}", f"b:{step.b_remote}")
        why = f"{step.side.upper()} gave way in {', '.join(lost)}, run {step.run_id}."
        answers = tuple(f"--put-back {step.pk} {name}" for name in lost)
        yield Waiting("conflict", step.name, keys, why, answers)
