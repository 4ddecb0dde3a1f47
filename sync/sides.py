"""The two sides of a run at work: opened, and read before anything is planned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from threading import Lock

from connections.accounts import refresh_catalogue, world
from connections.models import Account, Connection, Container, Record
from connections.observe import observe
from connectors.connector import Connector, World
from connectors.errors import AppError
from rules.setup import Setup
from rules.vanishing import names_what_may_vanish
from sync.apply import Side
from sync.host import Clock, Host
from sync.leases import Held
from sync.models import Planned, Run
from sync.telling import Telling

#: How old a catalogue may be before the app is asked again what it offers.
CATALOGUE_AGE = timedelta(hours=1)

Open = Callable[[Account, World], Connector]


class Waits:
    """How long an app made us wait, in ``seconds``. What threads wait at the same time counts
    once."""

    def __init__(self, now: Clock) -> None:
        self.seconds = 0.0
        self._now = now
        self._until: datetime | None = None
        self._lock = Lock()

    def add(self, seconds: float) -> None:
        with self._lock:
            begun = self._now()
            until = begun + timedelta(seconds=seconds)
            if self._until and self._until > begun:
                begun = self._until
            if until > begun:
                self.seconds += (until - begun).total_seconds()
                self._until = until


class Statuses:
    """How often an app answered with each status; threads count at the same time."""

    def __init__(self) -> None:
        self.numbers: Counter[int] = Counter()
        self._lock = Lock()

    def add(self, status: int) -> None:
        with self._lock:
            self.numbers[status] += 1


class Sides:
    """``at_work``: the side whose app is being spoken to, to know whose fault an error is.
    ``telling`` tells what is being done."""

    def __init__(
        self, connection: Connection, host: Host, open_account: Open, telling: Telling
    ) -> None:
        self.connection, self.host, self.telling = connection, host, telling
        self._open_account = open_account
        self.parts: dict[str, Side] = {}
        self._waits: dict[str, Waits] = {}
        self._statuses: dict[str, Statuses] = {}
        self.at_work: str | None = None

    @contextmanager
    def opened(self, held: Held) -> Iterator[None]:
        """Connectors live by the clock of the run, keep its leases while they wait, and ask for
        them before they change anything."""
        in_world = replace(world(), now=self.host.now, sleep=held.sleep, assure=held.assure)
        try:
            for side in "ab":
                self.at_work = side
                container = self.connection.container(side)
                self._waits[side] = waits = Waits(self.host.now)
                self._statuses[side] = statuses = Statuses()
                told = replace(
                    in_world,
                    waiting=partial(self._waiting, waits, str(container)),
                    answered=statuses.add,
                )
                connector = self._open_account(container.account, told)
                self.parts[side] = Side(side, container, connector)
            yield
        finally:
            for part in self.parts.values():
                part.connector.close()

    def each(self) -> Iterator[Side]:
        for side, part in self.parts.items():
            self.at_work = side
            yield part

    def _waiting(self, waits: Waits, place: str, seconds: float, why: str) -> None:
        waits.add(seconds)
        self.telling.waits_for_app(place, seconds, why)

    @property
    def requests(self) -> Mapping[str, int]:
        return {side: part.connector.requests for side, part in self.parts.items()}

    @property
    def waited(self) -> Mapping[str, float]:
        """Seconds that each app made us wait."""
        return {side: waits.seconds for side, waits in self._waits.items()}

    @property
    def statuses(self) -> Mapping[str, Mapping[int, int]]:
        """How often each app answered with which status, 0 where no answer came."""
        return {side: statuses.numbers for side, statuses in self._statuses.items()}

    def refresh_catalogues(self) -> None:
        """What the apps offer (fields, tags, buckets) changes seldom, and is asked for seldom."""
        for part in self.each():
            read_at = part.container.catalogue_at
            if read_at is None or read_at < self.host.now() - CATALOGUE_AGE:
                self.telling.begins(f"reading the fields of {part.container}")
                refresh_catalogue(part.container, part.connector, self.host.now())

    def asks_what_vanished(self, setup: Setup, planned: Planned) -> bool:
        """A field or tag that vanished as a whole looks as if everybody had lost it. Where
        contacts changed, and the setup names what may vanish, the app is asked once more."""
        asked = False
        for part in self.each():
            container, upto = part.container, getattr(planned, f"{part.name}_number")
            changed = Container.objects.filter(pk=container.pk, number__gt=upto)
            if names_what_may_vanish(setup, part.name, container.catalogue) and changed.exists():
                refresh_catalogue(container, part.connector, self.host.now())
                asked = True
        return asked

    def observe(self, held: Held, sides: str = "ab", in_full: bool = False) -> None:
        """Read the sides. When one fails, what the other showed is kept."""
        failures: list[tuple[str, AppError]] = []
        for side in sides:
            self.at_work = side
            part = self.parts[side]
            if in_full:
                Container.objects.filter(pk=part.container.pk).update(cursor="")
            expected = 0 if part.container.cursor and not in_full else _known(part.container)
            self.telling.begins(f"reading {part.container}", Run.Stage.READING, expected)
            tell = self.telling.goes_on
            try:
                observe(part.container, part.connector, self.host.now, held.commit, tell)
            except AppError as error:
                failures.append((side, error))
        for self.at_work, failure in failures:
            raise failure


def _known(container: Container) -> int:
    """How many contacts a reading in full is likely to show; 0 before the first."""
    return Record.objects.filter(container=container, gone_at=None).count()
