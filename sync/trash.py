"""The Trash inbox: contacts marked since their counterpart was deleted, and contacts that were made
by a run that was undone since. Staff may delete them deliberately; nothing else ever does."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from connections.models import Connection
from rules.setup import other
from sync.by_hand import Refusals, Unanswerable
from sync.engine.effects import DELETIONS, effect_from_json, same, shown
from sync.engine.person import Cause, Change, Decision, StepPlan, View
from sync.engine.undo import UNDONE
from sync.ledger import Ledger, Person
from sync.models import Step, SyncRecord
from sync.views import memory_of, views_of
from sync.work import CHUNK

State = SyncRecord.State
#: So many sync records are looked at for one page.
LOOK = 5 * CHUNK


@dataclass(frozen=True, slots=True)
class Thrown:
    """A contact of ``side`` that may be deleted there; ``why`` it is in the inbox. ``opposite``:
    its counterpart, of one that was deleted as it was last seen."""

    row: SyncRecord
    side: str
    view: View
    opposite: View | None
    why: str

    @property
    def key(self) -> tuple[int, str]:
        return self.row.pk, self.side


def trash_of(connection: Connection, only: Collection[int] | None = None) -> list[Thrown]:
    """By name. ``only``: of these sync records."""
    rows = _rows(connection)
    rows = rows if only is None else rows.filter(pk__in=only)
    return [item for _, item in _thrown(rows, 0, CHUNK) if item]


def part_of_trash(
    connection: Connection, start: int, most: int, *, by_name: bool = True
) -> tuple[list[Thrown], int]:
    """``most`` of them from a place on, and the place of the next; 0 where that was all. There are
    fewer where many in a row were kept by somebody who took the mark off. ``by_name``: else by
    number, for those whom no order is to tell who comes first."""
    found: list[Thrown] = []
    rows = _rows(connection) if by_name else _rows(connection).order_by("pk")
    for place, item in _thrown(rows, start, 2 * most):
        if len(found) == most or place == start + LOOK:
            return found, place
        found += [item] if item else []
    return found, 0


def delete(connection: Connection, chosen: Sequence[tuple[int, str]], ledger: Ledger) -> None:
    """Plan that these are deleted, each by its sync record and side: only ever what a person chose
    by name. The record from before stays in the step. Raises ``Unanswerable`` where none is in
    the inbox any more."""
    inbox = {item.key: item for item in trash_of(connection, {pk for pk, _ in chosen})}
    persons, refusals = [], Refusals(ledger)
    for pk, side in chosen:
        if item := inbox.get((pk, side)):
            persons.append(_deleted(item))
        else:
            row = SyncRecord.objects.filter(connection=connection, pk=pk).first()
            name = row.title if row else "What was chosen"
            why = f"{name} is not in the Trash inbox of {side.upper()}: it was not deleted."
            refusals.add(Unanswerable(why))
    refusals.tell(some_are_done=bool(persons))
    ledger.store(persons, "", None)


def _deleted(item: Thrown) -> Person:
    """The state stays; only this step is done."""
    row, contact = item.row, item.view.contact
    fields = contact.fields if contact else {}
    changes = {name: Change(value, "") for name, value in fields.items()}
    step = StepPlan(
        "delete", item.side, changes, cause="person", why="Deleted by hand.", calls=True
    )
    decision = Decision(
        row.state,
        Cause(row.cause),
        row.reason,
        (step,),
        drift=tuple(row.drift),
        matched=tuple(row.matched),
        halted=tuple(row.halted),
    )
    return Person(row, {item.side: item.view}, memory_of(row), decision, is_whole=False)


# --- who is in it ---


def _rows(connection: Connection) -> QuerySet[SyncRecord]:
    """Of whom one may be in it."""
    marked = Q(state=State.DELETED_OPPOSITE) & ~Q(effects={})
    rows = SyncRecord.objects.filter(marked | Q(state=State.APART, cause=UNDONE))
    return rows.filter(connection=connection).order_by("title", "pk")


def _thrown(
    rows: QuerySet[SyncRecord], start: int, size: int
) -> Iterator[tuple[int, Thrown | None]]:
    """By the place of its sync record among ``rows``, of which ``size`` are read at a time; None of
    one that is not in the inbox."""
    while part := list(rows[start : start + size]):
        views = views_of({id for row in part for id in (row.a_id, row.b_id) if id})
        made = _made(part)
        for place, row in enumerate(part, start):
            is_marked = row.state == State.DELETED_OPPOSITE
            yield place, _marked(row, views) if is_marked else _left_apart(row, views, made)
        start += size


def _marked(row: SyncRecord, views: Mapping[int, View]) -> Thrown | None:
    for data in row.effects.values():
        if data.get("by") != DELETIONS:
            continue
        effect = effect_from_json(data)
        view = _alive(row, effect.side, views)
        if view is None or view.contact is None or not effect.ours:
            continue
        if same(effect.kind, effect.name, shown(view.contact, effect.kind, effect.name), "on"):
            why = f"Deleted in {other(effect.side).upper()}; marked {effect.name}."
            return _found(row, effect.side, view, views, why)
    return None


def _left_apart(
    row: SyncRecord, views: Mapping[int, View], made: Mapping[int, str]
) -> Thrown | None:
    side = made.get(row.pk)
    view = _alive(row, side, views) if side else None
    if side is None or view is None or view.contact is None:
        return None
    why = "Made by a run that was undone; nothing keeps it in sync."
    return _found(row, side, view, views, why)


def _made(rows: Sequence[SyncRecord]) -> Mapping[int, str]:
    """By sync record that is apart the side on which its contact was made."""
    apart = [row.pk for row in rows if row.state == State.APART]
    steps = Step.objects.filter(sync_record__in=apart, verb="create", result=Step.Result.DONE)
    found = steps.order_by("pk").values_list("sync_record_id", "side")
    return {pk: side for pk, side in found if pk is not None}


def _alive(row: SyncRecord, side: str, views: Mapping[int, View]) -> View | None:
    view = views.get(getattr(row, f"{side}_id"))
    return None if view is None or view.gone else view


def _found(row: SyncRecord, side: str, view: View, views: Mapping[int, View], why: str) -> Thrown:
    return Thrown(row, side, view, views.get(getattr(row, f"{other(side)}_id")), why)
