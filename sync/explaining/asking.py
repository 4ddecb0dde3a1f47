"""What is known of the people that a key names, from the tables. Nothing is written and no app
is asked: what an app changed since it was last read is not known here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from connections.days import in_configured_zone
from connections.models import Connection, Record
from connectors.contact import Contact
from connectors.errors import AskStaff
from rules.building import rule_of
from rules.rows import (
    catalogues_of,
    held_conditions,
    held_lines,
    rule_rows,
    setup_of,
    written_rule,
)
from rules.setup import Rule, Setup
from sync.audit import as_json, steps_about
from sync.engine.person import Memory, View
from sync.explaining.building import Known, explained
from sync.explaining.told import Around, Explanation
from sync.ledger import Person
from sync.models import Planned, Run, Step, SyncRecord
from sync.pilot import records_of
from sync.sketch import sketched
from sync.steps import OPEN
from sync.views import COLUMNS, memory_of, on_paper, view_of
from sync.work import Work, work_under

#: Verbs of steps by which two contacts become a pair.
_MEETINGS = ("link", "create", "merge")


@dataclass(frozen=True, slots=True)
class Paper:
    """A contact as it is tried out to be, in place of the record's."""

    record: int
    side: str
    contact: Contact


def explain(
    connection: Connection, key: str, now: datetime, paper: Paper | None = None
) -> list[Explanation]:
    """Of everybody whom ``key`` (an e-mail, ``a:ID`` or ``b:ID``) names: one person in most
    cases, several while they share an address and are no pair. With ``paper`` only of whom that
    is about. Raises AskStaff when neither side has such a contact."""
    ids = known_records(connection, key)
    setup = setup_of(connection)
    planned = Planned.objects.filter(connection=connection).first()
    planned = planned or Planned(connection=connection)
    work = work_under(setup, planned, ids)
    anew = Work(planned, True, ids, work.widened, paper=_papers(paper))
    whole = sketched(connection, setup, anew, now)
    tried = paper is not None and paper.contact != _shown(paper.record)
    decided = whole if tried else sketched(connection, setup, work, now)
    asking = _Asking(connection, key, setup, now, paper)
    return [
        asking.explanation(known, row)
        for known, row in asking.everybody(ids, whole, decided)
        if paper is None or paper.record in {view.id for view in known.sides.values()}
    ]


def known_records(connection: Connection, key: str) -> frozenset[int]:
    """Raises AskStaff, saying what to do, when the key names nobody."""
    if ids := records_of(connection, key):
        return ids
    name = connection.name
    if not Record.objects.filter(container__in=(connection.a_id, connection.b_id)).exists():
        raise AskStaff(
            f"Nothing of {name} has been read yet.", f"`sync {name} --preview` reads both sides."
        )
    raise AskStaff(
        f"Neither side of {name} has a contact {key!r}, as last read.",
        f"Give an e-mail, a:ID or b:ID. `sync {name} --preview` reads what is new.",
    )


def _papers(paper: Paper | None) -> dict[int, Contact]:
    return {paper.record: paper.contact} if paper else {}


def _shown(record: int) -> Contact | None:
    return view_of(Record.objects.only(*COLUMNS).get(pk=record)).contact


class _Asking:
    def __init__(
        self, connection: Connection, key: str, setup: Setup, now: datetime, paper: Paper | None
    ) -> None:
        self.connection, self.key, self.setup, self.paper = connection, key, setup, paper
        self.now = in_configured_zone(now)
        catalogues = catalogues_of(connection)
        self.rules: list[Rule] = [
            rule_of(written_rule(row), str(row.pk), catalogues) for row in rule_rows(connection)
        ]
        self.held_lines, self.held_conditions = held_lines(connection), held_conditions(connection)

    def everybody(
        self, ids: frozenset[int], whole: list[Person], decided: list[Person]
    ) -> Iterator[tuple[Known, SyncRecord | None]]:
        """Those whom a plan looks at, and those whom none does: who are apart, of whom a write
        is in doubt, who were gone before they met anybody."""
        by_ids = {_ids(person): person for person in decided}
        covered: set[int] = set()
        for person in whole:
            covered |= _ids(person)
            yield _known(person, by_ids.get(_ids(person))), person.row
        rest = ids - covered
        rows = SyncRecord.objects.filter(Q(a__in=rest) | Q(b__in=rest), connection=self.connection)
        for row in rows:
            sides = self._views(frozenset(id for id in (row.a_id, row.b_id) if id))
            rest -= {view.id for view in sides.values()}
            memory = memory_of(row)
            yield Known(sides, memory, memory, row.existed), row
        for id in sorted(rest):
            yield Known(self._views(frozenset({id})), Memory(), Memory(), None), None

    def _views(self, ids: frozenset[int]) -> dict[str, View]:
        found = {}
        for record in Record.objects.filter(pk__in=ids).select_related("container"):
            view = view_of(record)
            if self.paper and self.paper.record == view.id:
                view = on_paper(view, self.paper.contact, record.container.number + 1)
            found["a" if record.container_id == self.connection.a_id else "b"] = view
        return found

    def explanation(self, known: Known, row: SyncRecord | None) -> Explanation:
        shown: dict[str, Contact] = {}
        if self.paper and (contact := _shown(self.paper.record)):
            shown[self.paper.side] = contact
        around = self._around(known.sides, row)
        return explained(self.key, known, self.setup, self.rules, self.now, around, shown)

    def _around(self, sides: Mapping[str, View], row: SyncRecord | None) -> Around:
        steps = self._steps(sides, row)
        met = steps.filter(verb__in=_MEETINGS, result=Step.Result.DONE).last() if row else None
        last = steps.last()
        return Around(
            self.connection.name,
            {side: str(self.connection.container(side)) for side in "ab"},
            as_json(met) if met else None,
            as_json(last) if last else None,
            self.held_lines,
            self.held_conditions,
            tuple(self._notes(row)),
        )

    def _steps(self, sides: Mapping[str, View], row: SyncRecord | None) -> QuerySet[Step]:
        """By their ids in the apps too: a step outlives its sync record."""
        ids = {side: view.remote_id for side, view in sides.items()}
        mine = Q(pk__in=())
        for side, remote_id in ids.items():
            mine |= Q(**{f"{side}_remote": remote_id})
        if row is not None and row.pk:
            mine |= Q(sync_record=row)
        steps = steps_about(self.connection, mine).filter(logged=True)
        return steps.select_related("connection", "by").order_by("at", "pk")

    def _notes(self, row: SyncRecord | None) -> Iterator[str]:
        name = self.connection.name
        if self.connection.state == Connection.State.PAUSED:
            yield f"{name} is paused: nothing is written until `resume {name}`."
        if self.connection.state == Connection.State.DRAFT:
            yield f"{name} is a draft: nothing is written until it is started."
        for side in "ab":
            container = self.connection.container(side)
            if attention := container.account.attention:
                yield f"Account {container.account}: {attention}"
        if self.connection.attention:
            yield self.connection.attention
        latest = Run.objects.filter(connection=self.connection, kind=Run.Kind.SYNC).first()
        if latest and latest.state == Run.State.HELD:
            yield f"The last run was held: {latest.why}"
        if row is None or not row.pk:
            return
        if Step.objects.filter(sync_record=row, result__in=OPEN).exists():
            yield (
                "A write to it has no answer yet. The next run first looks whether it was "
                "carried out; only then it plans anew."
            )
        if row.due_at and row.due_at > self.now:
            when = timezone.localtime(row.due_at).strftime("%Y-%m-%d %H:%M")
            yield f"It is looked at again by itself at {when}."


def _ids(person: Person) -> frozenset[int]:
    return frozenset(view.id for view in person.views.values())


def _known(person: Person, decided: Person | None) -> Known:
    before = memory_of(person.row) if person.row else Memory()
    return Known(
        person.views,
        before,
        person.memory,
        person.memory.existed if person.is_pair else person.existed,
        decided.decision if decided else None,
        decided.steps if decided else (),
    )
