"""Who matches a rule now, stored or not, from the mirror: no app is asked and nothing is written.
Contacts are read some at a time, and none is kept but a few to be shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from connections.days import in_configured_zone
from connections.mirror import key_value
from connections.models import Connection, Record
from rules.rows import setup_of
from rules.setup import Rule, Setup, other
from rules.verdict import matches
from sync.engine.person import Memory, View
from sync.engine.seeing import effects_of, facts_of
from sync.models import SyncRecord
from sync.neighbours import holders_of
from sync.parts import parts
from sync.views import views_of
from sync.work import CHUNK

#: So many are shown.
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Example:
    """``sync_record``: where more is told of it; None of one that no run has met yet."""

    title: str
    sync_record: int | None


@dataclass(slots=True)
class Matching:
    """``contacts``: of the rule's side; ``unknown``: of these, of whom a condition cannot tell."""

    contacts: int = 0
    matching: int = 0
    unknown: int = 0
    examples: list[Example] = field(default_factory=list)


def contacts_of(connection: Connection, side: str) -> int:
    """How many there are to ask, as last read."""
    rows = Record.objects.filter(container=connection.container(side), gone_at=None)
    return rows.count()


def who_matches(connection: Connection, rule: Rule, now: datetime) -> Matching:
    """Whether the rule is on is not asked."""
    setup, now, found = setup_of(connection), in_configured_zone(now), Matching()
    asks_for_deleted = any(each.kind == "deleted" for each in rule.conditions)
    for person in _people(connection, rule, setup):
        if person.view.contact is None or (person.view.gone and not asks_for_deleted):
            continue
        sides, unseen = {rule.side: person.view}, effects_of(person.memory)
        facts = facts_of(sides, unseen, person.memory, setup, now, person.existed)[rule.side]
        truth = matches(rule, facts)
        found.contacts += 1
        found.unknown += truth is None
        found.matching += truth is True
        if truth and len(found.examples) < EXAMPLES:
            found.examples.append(Example(person.view.contact.title, person.sync_record))
    return found


@dataclass(frozen=True, slots=True)
class _Person:
    """``existed``: had it a counterpart when it was first met; of one not met yet, would it."""

    view: View
    memory: Memory
    existed: bool
    sync_record: int | None


class _Known(NamedTuple):
    sync_record: int
    effects: Mapping[str, Any]
    existed: bool | None


def _people(connection: Connection, rule: Rule, setup: Setup) -> Iterator[_Person]:
    asks_for_others = any(each.kind == "exists" for each in rule.conditions)
    rows = Record.objects.filter(container=connection.container(rule.side))
    for part in parts(rows, CHUNK):
        ids = [pk for (pk,) in part]
        known = _known(connection, rule.side, ids)
        views = [v for v in views_of(ids).values() if v.alive or v.id in known]
        there = _held_there(connection, rule.side, views) if asks_for_others else frozenset()
        for view in views:
            row = known.get(view.id)
            if row is None:
                yield _Person(view, Memory(), view.id in there, None)
            else:
                existed = view.id in there if row.existed is None else row.existed
                yield _Person(view, Memory(effects=row.effects), existed, row.sync_record)


def _known(connection: Connection, side: str, ids: Sequence[int]) -> Mapping[int, _Known]:
    """By contact."""
    rows = SyncRecord.objects.filter(connection=connection, **{f"{side}__in": ids})
    found = rows.values_list(f"{side}_id", "pk", "effects", "existed")
    return {id: _Known(*rest) for id, *rest in found}


def _held_there(connection: Connection, side: str, views: Sequence[View]) -> frozenset[int]:
    """Those with an address that somebody on the other side has."""
    emails = {email for view in views for email in view.emails}
    holders = holders_of(connection.container(other(side)), emails)
    return frozenset(
        view.id for view in views if any(key_value(email) in holders for email in view.emails)
    )
