"""What ``planning`` measures, inside its processes: a mirror of made-up people, and their plan."""

from __future__ import annotations

import cProfile
import json
import pstats
import random
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count

from connections import mirror
from connections.mirror import Sighting
from connections.models import Connection, Container, Record
from connectors.connector import Received
from connectors.contact import Contact
from connectors.memory import store
from connectors.memory.app import MemoryApp
from connectors.memory.quirks import Quirks
from rules.configuration.loading import load
from rules.rows import setup_of
from sync.ledger import Ledger
from sync.memory import collected_rarely
from sync.models import Planned, Run, Step
from sync.planning import plan
from sync.queue import ask_for_run
from sync.register import Register
from sync.work import work_under
from tests.benchmarks.rules import CATALOGUE, RULES, contacts_like_people

NOW = datetime(2026, 11, 23, 16, tzinfo=UTC)
BATCH = 1000
Figures = dict[str, Any]


def main() -> None:
    """``fill COUNT SEED`` or ``measure PHASE [profile]``, which prints figures as JSON."""
    verb, *given = sys.argv[1:]
    if verb == "fill":
        fill(int(given[0]), random.Random(int(given[1])))
    else:
        sys.stdout.write(json.dumps(measured(given[0], profiled="profile" in given)))


# --- the mirror -----------------------------------------------------------------------------


def fill(count: int, chance: random.Random) -> None:
    """Both sides know the same people; the app of b has no buckets and knows no consent."""
    custom = tuple(item for item in CATALOGUE.fields if item.name.startswith("custom:"))
    kinds, statuses = frozenset(CATALOGUE.segments), CATALOGUE.statuses
    for name, quirks in (
        ("a", Quirks(segments=kinds, statuses=statuses, custom=custom)),
        ("b", Quirks(custom=custom)),
    ):
        store.keep(MemoryApp(lambda: NOW, quirks), name, settings.VAR_DIR)
    _load([])
    connection = Connection.objects.get()
    for start in range(0, count, BATCH):
        people = contacts_like_people(min(BATCH, count - start), chance)
        numbered = [(start + index, person) for index, person in enumerate(people)]
        _absorb(connection.a, numbered)
        _absorb(connection.b, [(number, _as_in_b(person)) for number, person in numbered])


def _as_in_b(person: Contact) -> Contact:
    tags = frozenset(item for item in person.segments if item.kind == "tag")
    return replace(person, segments=tags, status="")


def _absorb(of: Container, people: Sequence[tuple[int, Contact]]) -> None:
    with transaction.atomic():
        container = mirror.locked(of)
        received = [Received(str(number), "1", person) for number, person in people]
        mirror.absorb(container, [Sighting(item) for item in received], NOW)
        container.save(update_fields=["number"])


def _change_one_in_a_hundred(connection: Connection) -> None:
    changed = []
    for row in Record.objects.filter(container=connection.a, remote_id__endswith="00"):
        if person := mirror.contact_of(row):
            changed.append((int(row.remote_id), person.with_fields({"job_title": "New"})))
    _absorb(connection.a, changed)


# --- the configuration ----------------------------------------------------------------------


def _load(rules: Sequence[dict[str, Any]], **options: object) -> None:
    accounts = [{"name": x, "app": "memory", "credentials": {"name": x}} for x in "ab"]
    everything = [{"name": f"All of {x}", "from": x, "if": [], "then": []} for x in "ab"]
    pair = {"name": "pair", "a": {"account": "a"}, "b": {"account": "b"}, "state": "active"}
    pair |= {"new_status": "subscribed", "rules": [*everything, *rules], **options}
    load(json.dumps({"accounts": accounts, "connections": [pair]}), {})


def _ten_rules() -> list[dict[str, Any]]:
    return [
        {
            "name": f"Rule {number}",
            "from": "a",
            "if": [_condition(*words) for words in conditions],
            "then": [{"kind": "add tag", "value": f"Tag {number}"}],
            "undo": True,
        }
        for number, conditions in enumerate(RULES)
    ]


def _condition(kind: str, op: str, value: str | tuple[str, ...], field: str) -> dict[str, Any]:
    words = {"kind": kind, "op": op, "field": field, "value": value}
    return {
        name: list(word) if isinstance(word, tuple) else word
        for name, word in words.items()
        if word
    }


# --- the plan -------------------------------------------------------------------------------


def measured(phase: str, profiled: bool) -> Figures:
    if phase == "new setup":
        _load([], never_blank=True)
    elif phase == "10 rules":
        _load(_ten_rules())
    elif phase == "1 % changed":
        _change_one_in_a_hundred(Connection.objects.get())
    connection = Connection.objects.get()
    run = ask_for_run(connection)
    Run.objects.filter(pk=run.pk).update(state=Run.State.RUNNING)
    with collected_rarely():
        figures = _planned(connection, run, profiled)
    figures["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    count = Record.objects.filter(container=connection.a).count()
    figures["persons"] = count // 100 if phase == "1 % changed" else count
    figures["steps"] = _steps(run)
    # As if all were written: so nobody is planned again since a write is in doubt.
    Step.objects.filter(run=run).update(result=Step.Result.DONE)
    Run.objects.filter(pk=run.pk).update(state=Run.State.DONE)
    return figures


def _planned(connection: Connection, run: Run, profiled: bool) -> Figures:
    planned, _ = Planned.objects.get_or_create(connection=connection)
    setup = setup_of(connection)
    work = work_under(setup, planned)
    ledger = Ledger(run, NOW, transaction.atomic)
    figures = _timed(lambda: plan(Register(connection), setup, work, ledger, NOW), profiled)
    Planned.objects.filter(pk=planned.pk).update(setup_digest=setup.digest(), setup=setup.to_json())
    return figures


def _steps(run: Run) -> dict[str, int]:
    counted = Step.objects.filter(run=run).order_by("verb").values_list("verb")
    return dict(counted.annotate(Count("pk")))


def _timed(work: Callable[[], None], profiled: bool) -> Figures:
    profile = cProfile.Profile()
    cpu, wall = time.process_time(), time.perf_counter()
    if profiled:
        profile.runcall(work)
    else:
        work()
    figures = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    if profiled:
        pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(45)
    return figures
