"""A bench for stories about rules, mappings and deletions: memory apps with every capability that
a story asks for, joined by a configuration file as staff write it, on a clock of its own.

::

    bench = Bench(a=Quirks(segments=frozenset({"tag"})))
    bench.load(rules=[{"name": "Clients", "from": "a", "if": [{"kind": "tag", …}], …}])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.sync()
    assert bench.names("b") == ["Ann"]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import yaml

from connections.models import Connection, Container
from connectors.contact import SEGMENT_KINDS, Contact, Segment, Value, entries
from connectors.fields import STANDARD, Field
from connectors.memory import store
from connectors.memory.app import MemoryApp
from connectors.memory.quirks import Quirks
from rules.configuration.loading import Outcome, load
from sync.host import Host, this_process
from sync.models import Run, Step, SyncRecord
from sync.queue import ask_for_run
from sync.run import perform

#: An app that has tags, and tells of deletions.
TAGS = Quirks(segments=frozenset({"tag"}))
#: An app with every kind of segment.
EVERYTHING = Quirks(segments=frozenset(SEGMENT_KINDS))


def having(*names: str, custom: Sequence[Field] = (), **quirks: Any) -> Quirks:
    """An app that has of the standard fields only these, and ``custom`` ones."""
    return Quirks(fields=tuple(STANDARD[x] for x in names), custom=tuple(custom), **quirks)


def person(
    first: str,
    *emails: str,
    tags: Sequence[str] = (),
    segments: Sequence[tuple[str, str]] = (),
    status: str = "",
    **fields: Value,
) -> Contact:
    values: dict[str, Value] = {"first_name": first, "emails": entries(emails), **fields}
    named = [("tag", tag) for tag in tags] + list(segments)
    return Contact(
        {name.replace("__", ":"): value for name, value in values.items() if value},
        frozenset(Segment(kind, name) for kind, name in named),
        status,
    )


class Bench:
    """Apps by the sides of the first connection (``a``, ``b``) and by name (``apps``)."""

    def __init__(self, a: Quirks = TAGS, b: Quirks = TAGS, **others: Quirks) -> None:
        self.time = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
        self.apps = {
            name: MemoryApp(self.now, quirks) for name, quirks in {"a": a, "b": b, **others}.items()
        }
        self.options: dict[str, Any] = {}

    @property
    def a(self) -> MemoryApp:
        return self.apps["a"]

    @property
    def b(self) -> MemoryApp:
        return self.apps["b"]

    @contextmanager
    def placed(self) -> Iterator[Bench]:
        store.placed.update(self.apps)
        try:
            yield self
        finally:
            store.placed.clear()

    # --- time ---

    def now(self) -> datetime:
        return self.time

    def wait(self, **span: float) -> None:
        self.time += timedelta(**span)

    def _sleep(self, seconds: float) -> None:
        self.wait(seconds=seconds)

    @property
    def host(self) -> Host:
        return replace(this_process(), now=self.now, sleep=self._sleep)

    @contextmanager
    def _catalogues_read_now(self) -> Iterator[None]:
        """Catalogues are stamped by the machine's clock; here by that of the bench."""
        before = set(Container.objects.values_list("pk", "catalogue_at"))
        yield
        changed = set(Container.objects.values_list("pk", "catalogue_at")) - before
        pks = [pk for pk, _ in changed]
        Container.objects.filter(pk__in=pks).update(catalogue_at=self.time)

    # --- the configuration ---

    def load(
        self, name: str = "pair", a: str = "a", b: str = "b", check: bool = False, **options: Any
    ) -> Outcome:
        """Load connection ``name`` of two apps; options add to those loaded before."""
        known = self.options.setdefault(name, {"state": "active"})
        known.update(options)
        document = {
            "accounts": [
                {"name": app, "app": "memory", "credentials": {"name": app}} for app in (a, b)
            ],
            "connections": [{"name": name, "a": {"account": a}, "b": {"account": b}, **known}],
        }
        with self._catalogues_read_now():
            return load(yaml.safe_dump(document, sort_keys=False), {}, check=check)

    def connection(self, name: str = "pair") -> Connection:
        return Connection.objects.get(name=name)

    # --- runs ---

    def sync(self, name: str = "pair", **options: Any) -> Run:
        """A run, a minute after the last one."""
        self.wait(minutes=1)
        with self._catalogues_read_now():
            return perform(ask_for_run(self.connection(name), **options).pk, host=self.host)

    def steps(self, run: Run) -> list[Step]:
        return list(Step.objects.filter(run=run).order_by("pk"))

    def verbs(self, run: Run, name: str = "") -> list[str]:
        """What the run did, in order; only to the person of this name."""
        return [step.verb for step in self.steps(run) if not name or step.name.startswith(name)]

    def writes(self, run: Run) -> int:
        """Calls that wrote to an app."""
        return sum(step.leads for step in self.steps(run))

    def assert_quiet(self, name: str = "pair") -> None:
        """The next run finds nothing to do."""
        run = self.sync(name)
        assert (run.state, run.why, self.verbs(run)) == (Run.State.DONE, "", [])

    # --- what is there ---

    def contact(self, app: str, first: str) -> Contact:
        """The only contact of this first name."""
        found = [x for x in self.apps[app].contacts().values() if x.text("first_name") == first]
        assert len(found) == 1, f"{len(found)} contacts named {first} in {app}"
        return found[0]

    def id(self, app: str, first: str) -> str:
        found = self.apps[app].contacts().items()
        return next(id for id, contact in found if contact.text("first_name") == first)

    def names(self, app: str) -> list[str]:
        return sorted(x.text("first_name") for x in self.apps[app].contacts().values())

    def text(self, app: str, first: str, field: str) -> str:
        return self.contact(app, first).text(field)

    def texts(self, app: str, first: str, field: str) -> list[str]:
        return list(self.contact(app, first).texts(field))

    def segments(self, app: str, first: str, kind: str = "tag") -> list[str]:
        return sorted(x.name for x in self.contact(app, first).segments if x.kind == kind)

    def record(self, first: str, name: str = "pair") -> SyncRecord:
        rows = SyncRecord.objects.filter(connection__name=name, title__startswith=first)
        return rows.get()

    def states(self, name: str = "pair") -> list[tuple[str, str, str]]:
        rows = SyncRecord.objects.filter(connection__name=name).order_by("title", "pk")
        return [(row.title, row.state, row.cause) for row in rows]

    # --- what people do ---

    def tag(self, app: str, first: str, *names: str, kind: str = "tag") -> None:
        segments = frozenset(Segment(kind, name) for name in names)
        self.apps[app].tag(self.id(app, first), segments, frozenset())

    def untag(self, app: str, first: str, *names: str, kind: str = "tag") -> None:
        here = self.contact(app, first).segments
        gone = {name.casefold() for name in names}
        segments = frozenset(x for x in here if x.kind == kind and x.name.casefold() in gone)
        self.apps[app].tag(self.id(app, first), frozenset(), segments)

    def edit(self, app: str, first: str, **fields: Value) -> None:
        changes = {name.replace("__", ":"): value for name, value in fields.items()}
        self.apps[app].edit(self.id(app, first), changes)


def rule(
    name: str,
    side: str,
    conditions: Sequence[Mapping[str, Any]] = (),
    actions: Sequence[Mapping[str, Any]] = (),
    **options: Any,
) -> dict[str, Any]:
    """A rule as the configuration file has it."""
    return {"name": name, "from": side, "if": list(conditions), "then": list(actions), **options}


def has(tag: str, kind: str = "tag") -> dict[str, Any]:
    return {"kind": kind, "op": "has", "value": tag}


def add(tag: str, kind: str = "tag") -> dict[str, Any]:
    return {"kind": f"add {kind}", "value": tag}


def set_field(field: str, value: str) -> dict[str, Any]:
    return {"kind": "set field", "field": field, "value": value}
