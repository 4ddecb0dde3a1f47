"""Rows as they are after years: many connections, contacts, runs and steps, made at once.

Connections are of different size, as they are in life: the first has most of everything. What is
in the rows is like what the engine writes, and the same for the same size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from random import Random
from typing import Any

from django.contrib.auth.models import User

from connections import bulk
from connections.catalogues import catalogue_to_json
from connections.joining import begin_mapping
from connections.mirror import keys_of
from connections.models import Account, Connection, Container, Key, Record
from connectors.connector import Catalogue
from connectors.contact import Contact, Entry, contact_to_json, digest
from connectors.fields import STANDARD
from rules.models import Rule
from rules.rows import setup_of
from sync import counts
from sync.models import Heartbeat, Planned, Run, Step, SyncRecord
from sync.search_keys import name_key
from sync.touched import touched

BEGINNING = datetime(2024, 11, 23, 16, tzinfo=UTC)
#: Steps of one run get their times in parts of so many.
PART = 50
RULES = 4

_FIRST = ("Ada", "Ben", "Chloé", "Dirk", "Elif", "Femke", "Giorgos", "Hana", "Ivo", "Jun")
_LAST = ("Maes", "van der Berg", "O'Brien", "Öztürk", "Silva", "Novák", "Smith", "Garcia", "Lee")
_STATES = (
    *[("in_sync", "", "")] * 90,
    *[("excluded", "no e-mail", "It has no e-mail address (avoid duplicates).")] * 3,
    *[("excluded", "no rule", "No rule matches it.")] * 2,
    ("duplicate", "same address", "Another contact of this side has the same address."),
    ("to_review", "several", "Its addresses belong to different contacts of the other side."),
    ("failed", "refused", "The app takes the e-mail address for invalid."),
    ("failed", "try again", "The server is away. It is tried again by itself."),
    ("deleted_opposite", "deleted", "Deleted in A; nothing is deleted in B."),
)
#: (verb, side, fields, cause, result), as often as they come.
_STEPS = (
    *[("update", "b", ("job_title",), "a", "done")] * 30,
    *[("update", "a", ("phones",), "b", "done")] * 20,
    *[("update", "b", ("emails", "company"), "a", "done")] * 15,
    *[("act", "b", ("tag",), "rule", "done")] * 12,
    *[("revert", "b", ("tag",), "rule", "done")] * 4,
    *[("exclude", "a", (), "mapping", "done")] * 6,
    *[("hold", "", (), "mapping", "done")] * 4,
    *[("update", "b", ("birthday",), "a", "refused")] * 3,
    *[("update", "a", ("addresses",), "b", "failed")] * 3,
    ("mark", "a", ("tag",), "mark", "done"),
    ("delete", "a", (), "a", "done"),
    ("release", "", (), "person", "done"),
)
_MADE = ("first_name", "last_name", "emails", "phones", "company", "job_title")


@dataclass(frozen=True, slots=True)
class Size:
    connections: int
    records: int
    steps: int
    runs: int


def grow(size: Size) -> None:
    """Into empty tables."""
    chance = Random(20)
    staff = [User.objects.create_user(f"staff{number}", is_staff=True) for number in range(10)]
    connections = [_connection(number) for number in range(size.connections)]
    shares = _shares(size.connections)
    for connection, share in zip(connections, shares, strict=True):
        people = _people(connection, max(2, round(size.records * share)), chance)
        runs = max(2, round(size.runs * share))
        _history(connection, people, runs, round(size.steps * share), staff, chance)
    Heartbeat.objects.create(name="worker", at=datetime.now(UTC))
    _preview(connections[0], chance, max(150, size.records // 40))


def _shares(count: int) -> list[float]:
    weights = [1 / (1 + number) for number in range(count)]
    return [weight / sum(weights) for weight in weights]


def _connection(number: int) -> Connection:
    catalogue = catalogue_to_json(Catalogue(tuple(STANDARD.values()), {"tag": ("Client", "Lead")}))
    a, b = (_container(f"{side}{number}", catalogue) for side in "ab")
    connection = Connection.objects.create(
        name=f"Connection {number:03}", a=a, b=b, state=Connection.State.ACTIVE
    )
    begin_mapping(connection)
    for position in range(RULES):
        rule = Rule.objects.create(
            connection=connection, side="a", name=f"Rule {position}", position=position
        )
        rule.conditions.create(kind="tag", op="has", value="Client")
        rule.actions.create(kind="add tag", value=f"Tag {position}")
    Planned.objects.create(connection=connection, first_done_at=BEGINNING)
    return connection


def _container(name: str, catalogue: dict[str, Any]) -> Container:
    account = Account.objects.create(name=name, app="memory", identity=f"memory:{name}")
    return Container.objects.create(
        account=account,
        remote_id=f"book {name}",
        name="Contacts",
        catalogue_data=catalogue,
        catalogue_at=BEGINNING,
        read_at=BEGINNING,
    )


def _people(connection: Connection, count: int, chance: Random) -> list[SyncRecord]:
    rows = []
    for start in range(0, count, 1000):
        contacts = [_contact(start + number, chance) for number in range(min(1000, count - start))]
        sides = [_records(connection.container(side), start, contacts) for side in "ab"]
        part = [
            _sync_record(connection, a, b, chance.choice(_STATES))
            for a, b in zip(*sides, strict=True)
        ]
        bulk.insert(part)
        rows += part
    return rows


def _contact(number: int, chance: Random) -> Contact:
    first, last = chance.choice(_FIRST), chance.choice(_LAST)
    email = f"{first}.{last.replace(' ', '')}{number}@example.org"
    return Contact(
        {
            "first_name": first,
            "last_name": f"{last} {number}",
            "emails": (Entry(email, "work", True),),
            "phones": (Entry(f"+32 470 {number % 10**6:06}", "mobile"),),
        }
    )


def _records(container: Container, start: int, contacts: Sequence[Contact]) -> list[Record]:
    rows = [
        Record(
            container=container,
            remote_id=f"{container.pk}-{number}",
            number=number,
            contact=contact_to_json(contact),
            digest=digest(contact),
            title=contact.title,
            first_seen_at=BEGINNING,
        )
        for number, contact in enumerate(contacts, start + 1)
    ]
    bulk.insert(rows)
    keys = [
        (row.pk, container.pk, kind, value)
        for row, contact in zip(rows, contacts, strict=True)
        for kind, value in keys_of(contact)
    ]
    bulk.insert_values(Key, ("record", "container", "kind", "value"), keys)
    return rows


def _sync_record(
    connection: Connection, a: Record, b: Record, standing: tuple[str, str, str]
) -> SyncRecord:
    state, cause, reason = standing
    return SyncRecord(
        connection=connection,
        a=a,
        b=None if state == "excluded" else b,
        state=state,
        cause=cause,
        reason=reason,
        base={"first_name": [a.title, a.title]},
        a_digest=a.digest,
        b_digest=b.digest,
        title=a.title,
        name_key=name_key(a.title),
        updated_at=BEGINNING,
    )


def _history(
    connection: Connection,
    people: Sequence[SyncRecord],
    runs: int,
    steps: int,
    staff: Sequence[User],
    chance: Random,
) -> None:
    """The first run makes everybody, as far as there are so many steps; the others share what is
    left."""
    standing = counts.totals(connection)
    setup = setup_of(connection).to_json()
    rules = {
        rule.pk: f"{rule.name}: IF in A: has the tag Client THEN in B: add the tag Tag 1"
        for rule in connection.rules.all()
    }
    made = min(len(people), steps)
    each = -(-(steps - made) // (runs - 1))
    left = steps
    for number in range(runs):
        kind = Run.Kind.BY_HAND if number % 20 == 19 else Run.Kind.SYNC
        began = BEGINNING + timedelta(days=700) * number / runs
        count = min(left, made if number == 0 else each)
        left -= count
        run = Run.objects.create(
            connection=connection,
            kind=kind,
            state=Run.State.DONE,
            requested_by=staff[number % 10] if kind == Run.Kind.BY_HAND else None,
            setup=setup,
            started_at=began,
            finished_at=began + timedelta(minutes=3),
        )
        whom = people[:count] if number == 0 else chance.choices(people, k=count)
        writing = _making if number == 0 else _changing
        bulk.insert(list(writing(run, began, whom, rules, chance)))
        run.counts = counts.of_run(run, {"a": 3, "b": 4}, standing)
        run.save(update_fields=["counts"])


def _making(
    run: Run, at: datetime, people: Sequence[SyncRecord], rules: dict[int, str], chance: Random
) -> Iterator[Step]:
    for number, row in enumerate(people):
        what = ("create", "b", _MADE, "a", "done")
        yield _step(run, at + timedelta(seconds=number // PART), row, what, rules, chance)


def _changing(
    run: Run, at: datetime, people: Sequence[SyncRecord], rules: dict[int, str], chance: Random
) -> Iterator[Step]:
    for number, row in enumerate(people):
        what = chance.choice(_STEPS)
        if run.kind == Run.Kind.BY_HAND:
            what = (what[0], what[1], what[2], "person", what[4])
        yield _step(run, at + timedelta(seconds=number // PART), row, what, rules, chance)


def _step(
    run: Run,
    at: datetime,
    row: SyncRecord,
    what: tuple[str, str, Sequence[str], str, str],
    rules: dict[int, str],
    chance: Random,
) -> Step:
    verb, side, names, cause, result = what
    rule = chance.choice(list(rules)) if cause == "rule" and rules else None
    loses = verb == "update" and chance.random() < 0.02
    fields: dict[str, dict[str, Any]] = {
        name: {"before": "" if verb == "create" else f"Old {name}", "after": f"New {name}"}
        for name in names
    }
    if loses:
        fields[names[0]]["lost"] = "Lost"
    is_gone = chance.random() < 0.01
    return Step(
        run=run,
        connection_id=run.connection_id,
        sync_record=None if run.kind == Run.Kind.PREVIEW or is_gone else row,
        verb=verb,
        side=side,
        leads=bool(names),
        a_remote=f"{run.connection.a_id}-{row.pk}",
        b_remote=f"{run.connection.b_id}-{row.pk}" if verb != "create" else "",
        name=row.title,
        name_key=row.name_key,
        fields=fields,
        touched=touched(fields),
        agree={name: [["add", "x", "y"]] for name in names},
        stamps=dict.fromkeys(names, 7),
        conflict=loses,
        cause=cause,
        rule=rules[rule] if rule else "",
        rule_key=rule,
        by_id=run.requested_by_id,
        why="" if result == "done" and names else "No rule matches it.",
        result=result,
        at=at,
        foreseen=run.kind == Run.Kind.PREVIEW,
    )


def _preview(connection: Connection, chance: Random, count: int) -> None:
    last = connection.runs.all()[0]
    run = Run.objects.create(
        connection=connection,
        kind=Run.Kind.PREVIEW,
        state=Run.State.DONE,
        setup=setup_of(connection).to_json(),
        started_at=last.finished_at,
        finished_at=last.finished_at,
    )
    people = list(SyncRecord.objects.filter(connection=connection)[:count])
    assert last.finished_at is not None
    at = last.finished_at
    pairs = zip(people, cycle(_STEPS), strict=False)
    bulk.insert([_step(run, at, row, what, {}, chance) for row, what in pairs])
    run.counts = counts.of_run(run, {"a": 3, "b": 4}, counts.totals(connection))
    run.save(update_fields=["counts"])
