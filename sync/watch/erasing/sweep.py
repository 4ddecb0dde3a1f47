"""Texts that name somebody in rows about others: reasons, what was asked for, the history of the
configuration. Every row of these tables is read, some at a time.

What other contacts themselves say (a note that mentions them) is theirs: it is in their app, and
the mirror has it from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db.models import Model, Q
from django_q.models import Task

from connections.models import Account, Connection, Record
from rules.models import Revision
from sync.models import Export, Planned, Run, Step, SyncRecord
from sync.parts import parts
from sync.watch.erasing.terms import INSTEAD, By, Terms

#: Rows of one transaction.
CHUNK = 500
#: How an export of the audit log says what was searched for (``sync.desk.exports``).
SEARCH = "Search: "

Commit = Callable[[], AbstractContextManager[object]]


@dataclass(frozen=True)
class Texts:
    """Columns of a table. ``replaced``: a word stands in their place. ``parted``: of a JSON object
    the parts that name them are dropped: a value in their place would be written to an app one
    day."""

    model: type[Model]
    replaced: Sequence[str] = ()
    parted: Sequence[str] = ()
    by: By = By.AT_ALL
    only: Q = field(default_factory=Q)

    @property
    def columns(self) -> Sequence[str]:
        return (*self.replaced, *self.parted)


PLACES = (
    Texts(Step, ("why",)),
    Texts(Step, ("rule",), by=By.SURELY),
    # One that is still to be carried out is as it is: soon it is closed, or dropped.
    Texts(Step, parted=("fields", "agree", "effects"), by=By.ID, only=Q(is_open=False)),
    Texts(SyncRecord, ("reason",)),
    # A line without what was agreed begins as a first match; what is put on and forgotten stays.
    Texts(SyncRecord, parted=("base", "effects"), by=By.ID),
    Texts(Record, ("fault",)),
    Texts(Run, ("why", "only", "waits")),
    Texts(Run, ("setup", "task"), by=By.SURELY),
    Texts(Planned, ("setup",), by=By.SURELY),
    Texts(Export, ("asked",)),
    Texts(Connection, ("attention",)),
    Texts(Account, ("attention",)),
    Texts(Revision, ("text", "source"), by=By.SURELY),
    Texts(LogEntry, ("object_repr", "change_message"), by=By.SURELY),
)


def sweep(terms: Terms, commit: Commit) -> int:
    """How many rows named them."""
    count = sum(_sweep(place, terms, commit) for place in PLACES)
    apart = (_sessions, _exports, _answers)
    return count + sum(part(terms, commit) for part in apart)


def mentions(terms: Terms) -> Iterator[Mapping[str, Any]]:
    """Where they are named, to be told to them: the table, the row and the column."""
    for place in PLACES:
        for part in _parts(place):
            for pk, *values in part:
                for name, value in zip(place.columns, values, strict=True):
                    if terms.name(value, place.by):
                        table = str(place.model._meta.verbose_name)
                        yield {"table": table, "row": pk, "column": name}


def _sweep(place: Texts, terms: Terms, commit: Commit) -> int:
    count = 0
    for part in _parts(place):
        changed = {pk: _changes(place, terms, values) for pk, *values in part}
        changed = {pk: changes for pk, changes in changed.items() if changes}
        with commit():
            for pk, changes in changed.items():
                place.model._default_manager.filter(pk=pk).update(**changes)
        count += len(changed)
    return count


def _changes(place: Texts, terms: Terms, values: Sequence[Any]) -> dict[str, Any]:
    changes = {}
    for name, value in zip(place.columns, values, strict=True):
        if not terms.name(value, place.by):
            continue
        if name in place.replaced:
            changes[name] = terms.without(value, place.by)
        else:
            changes[name] = {
                key: one for key, one in value.items() if not terms.name([key, one], place.by)
            }
    return changes


def _parts(place: Texts) -> Iterator[list[Any]]:
    return parts(place.model._default_manager.filter(place.only), CHUNK, *place.columns)


def _sessions(terms: Terms, commit: Commit) -> int:
    """What somebody typed into a search box is remembered while they are signed in."""
    count = 0
    for session in Session.objects.order_by("pk").iterator():
        data = session.get_decoded()
        kept = {key: one for key, one in data.items() if not _tells(terms, one)}
        if kept != data:
            with commit():
                encoded = SessionStore().encode(kept)
                Session.objects.filter(pk=session.pk).update(session_data=encoded)
            count += 1
    return count


def _tells(terms: Terms, value: Any) -> bool:
    typed = isinstance(value, str) and terms.may_be_meant_by(value)
    return typed or terms.name(value, By.AT_ALL)


def _exports(terms: Terms, commit: Commit) -> int:
    """What was searched for, among the filters in words: ``Search: …; Result: …``."""
    count = 0
    for export in Export.objects.filter(asked__contains=SEARCH).iterator():
        asked = "; ".join(_without_search(terms, part) for part in export.asked.split("; "))
        if asked != export.asked:
            with commit():
                Export.objects.filter(pk=export.pk).update(asked=asked)
            count += 1
    return count


def _without_search(terms: Terms, part: str) -> str:
    typed = part.removeprefix(SEARCH)
    return SEARCH + INSTEAD if typed != part and terms.may_be_meant_by(typed) else part


def _answers(terms: Terms, commit: Commit) -> int:
    """What the queue keeps of tasks that failed may quote a row."""
    found = [
        task.pk
        for task in Task.objects.only("result").iterator()
        if terms.name(str(task.result), By.AT_ALL)
    ]
    with commit():
        Task.objects.filter(pk__in=found).delete()
    return len(found)
