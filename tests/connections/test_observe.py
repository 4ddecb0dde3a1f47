from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction

from connections.accounts import keep_container, open_account
from connections.models import Account, Container, Record
from connections.observe import Commit, observe, reread
from connections.vault import seal
from connectors.connector import Connector
from connectors.contact import Contact
from connectors.errors import TryAgain
from connectors.memory import store
from connectors.memory.app import MemoryApp, Quirks
from tests.sync.conftest import Clock


class Cut(BaseException):
    """The process ends here."""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(db: None, clock: Clock) -> Iterator[MemoryApp]:
    store.placed["one"] = MemoryApp(clock, Quirks(page=2))
    yield store.placed["one"]
    store.placed.clear()


@pytest.fixture
def connector(app: MemoryApp) -> Connector:
    return open_account(
        Account.objects.create(name="one", app="memory", sealed=seal({"name": "one"}))
    )


@pytest.fixture
def container(connector: Connector) -> Container:
    return keep_container(Account.objects.get(), connector.containers()[0])


def add(app: MemoryApp, *names: str) -> list[str]:
    return [app.add(Contact({"first_name": name})) for name in names]


def alive() -> list[str]:
    return sorted(Record.objects.filter(gone_at=None).values_list("title", flat=True))


def ending_at(number: int) -> Commit:
    """Commits, of which the given one is cut off."""
    count = 0

    @contextmanager
    def commit() -> Iterator[None]:
        nonlocal count
        count += 1
        with transaction.atomic():
            yield
            if count == number:
                raise Cut

    return commit


def test_everything_is_read_once_and_then_only_changes(
    app: MemoryApp, connector: Connector, container: Container, clock: Clock
) -> None:
    ann, bob, _ = add(app, "Ann", "Bob", "Cid")
    observe(container, connector, clock, transaction.atomic)
    assert (alive(), container.number, container.cursor) == (["Ann", "Bob", "Cid"], 3, "3")
    assert (container.full_at, container.read_at) == (clock(), clock())
    full = clock()
    clock.sleep(60)
    app.edit(ann, {"first_name": "Anna"})
    app.remove(bob)
    observe(container, connector, clock, transaction.atomic)
    assert (alive(), container.number, container.cursor) == (["Anna", "Cid"], 5, "5")
    assert (container.full_at, container.read_at) == (full, clock())
    observe(container, connector, clock, transaction.atomic)
    assert container.number == 5


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_cursor_is_never_ahead_of_its_data(
    app: MemoryApp, connector: Connector, container: Container, clock: Clock, number: int
) -> None:
    add(app, "Ann", "Bob", "Cid")
    with pytest.raises(Cut):
        observe(container, connector, clock, ending_at(number))
    row = Container.objects.get()
    assert (row.cursor, row.full_at, len(alive())) == ("", None, [0, 2, 3][number - 1])
    observe(container, connector, clock, transaction.atomic)
    assert (alive(), Container.objects.get().cursor) == (["Ann", "Bob", "Cid"], "3")


def test_a_reading_that_broke_off_deletes_nothing(
    app: MemoryApp, connector: Connector, container: Container, clock: Clock
) -> None:
    add(app, "Ann", "Bob", "Cid")
    observe(container, connector, clock, transaction.atomic)
    Container.objects.update(cursor="")

    def failing(moment: str, call: str) -> None:
        raise TryAgain("The app is down.")

    app.interrupt = failing
    with pytest.raises(TryAgain):
        observe(container, connector, clock, transaction.atomic)
    assert alive() == ["Ann", "Bob", "Cid"]


def test_a_lost_cursor_means_a_full_listing_that_changes_nothing(
    app: MemoryApp, connector: Connector, container: Container, clock: Clock
) -> None:
    add(app, "Ann", "Bob", "Cid")
    observe(container, connector, clock, transaction.atomic)
    Container.objects.update(cursor="lost")
    app.remove(next(iter(app.contacts())))
    observe(container, connector, clock, transaction.atomic)
    assert (alive(), container.number) == (["Bob", "Cid"], 4)


def test_the_cursor_is_the_one_that_another_run_has_stored(
    app: MemoryApp, connector: Connector, container: Container, clock: Clock
) -> None:
    waiting = Container.objects.get()
    add(app, "Ann")
    observe(container, connector, clock, transaction.atomic)
    before = app.requests
    clock.sleep(60)
    add(app, "Bob")
    observe(waiting, connector, clock, transaction.atomic)
    assert (app.requests - before, waiting.number, waiting.cursor) == (1, 2, "2")
    assert waiting.full_at == container.full_at


def test_absence_counts_only_when_the_write_cannot_be_late(
    app: MemoryApp, connector: Connector, container: Container, clock: Clock
) -> None:
    app.quirks = Quirks(deltas=False, lag=60)
    add(app, "Ann")
    Record.objects.create(
        container=container, remote_id="ours", number=1, title="Ours",
        first_seen_at=clock(), written_at=clock(),
    )  # fmt: skip
    clock.sleep(30)
    observe(container, connector, clock, transaction.atomic)
    assert alive() == ["Ours"]
    clock.sleep(60)
    observe(container, connector, clock, transaction.atomic)
    assert alive() == ["Ann"]


def test_reread_takes_what_is_there_and_notes_what_is_gone(
    app: MemoryApp, connector: Connector, container: Container, clock: Clock
) -> None:
    ann, bob = add(app, "Ann", "Bob")
    observe(container, connector, clock, transaction.atomic)
    app.edit(ann, {"first_name": "Anna"})
    app.remove(bob)
    reread(container, connector, [bob, ann], clock, transaction.atomic)
    assert (alive(), Container.objects.get().number) == (["Anna"], 4)
    assert Container.objects.get().cursor == "2"


def test_archived_restored_and_removed_for_good(
    app: MemoryApp, connector: Connector, container: Container, clock: Clock
) -> None:
    app.quirks = Quirks(archives=True)
    ann, _ = add(app, "Ann", "Bob")
    observe(container, connector, clock, transaction.atomic)
    app.archive(ann)
    observe(container, connector, clock, transaction.atomic)
    assert (alive(), container.number) == (["Bob"], 3)
    Container.objects.update(cursor="lost")
    observe(container, connector, clock, transaction.atomic)
    assert (alive(), container.number) == (["Bob"], 3)
    app.restore(ann)
    observe(container, connector, clock, transaction.atomic)
    assert (alive(), container.number) == (["Ann", "Bob"], 4)
    app.archive(ann)
    observe(container, connector, clock, transaction.atomic)
    app.remove(ann)
    observe(container, connector, clock, transaction.atomic)
    assert (alive(), container.number) == (["Bob"], 5)
    app.revive(ann)
    observe(container, connector, clock, transaction.atomic)
    assert (alive(), container.number) == (["Ann", "Bob"], 6)


def test_a_listing_that_leaves_the_archive_out_changes_nothing_of_it(
    app: MemoryApp, connector: Connector, container: Container, clock: Clock
) -> None:
    app.quirks = Quirks(archives=True, deltas=False)
    ann, _ = add(app, "Ann", "Bob")
    app.archive(ann)
    observe(container, connector, clock, transaction.atomic)
    before = Record.objects.get(remote_id=ann)
    app.remove(ann)
    clock.sleep(60)
    observe(container, connector, clock, transaction.atomic)
    after = Record.objects.get(remote_id=ann)
    assert before.gone_at is not None
    assert (after.gone_at, after.number, after.contact) == (
        before.gone_at,
        before.number,
        before.contact,
    )


def test_reread_finds_what_is_archived(
    app: MemoryApp, connector: Connector, container: Container, clock: Clock
) -> None:
    app.quirks = Quirks(archives=True)
    ann, _ = add(app, "Ann", "Bob")
    observe(container, connector, clock, transaction.atomic)
    app.archive(ann)
    reread(container, connector, [ann], clock, transaction.atomic)
    assert alive() == ["Bob"]


@pytest.mark.parametrize("lag", [0, 60])
def test_a_merge_names_the_heir(
    app: MemoryApp, connector: Connector, container: Container, clock: Clock, lag: int
) -> None:
    """Also where the listing may be late, and the heir is read by its id."""
    app.quirks = Quirks(merges=True, lag=lag)
    ann, twin = add(app, "Ann", "Anna")
    clock.sleep(60)
    observe(container, connector, clock, transaction.atomic)
    app.merge(ann, twin)
    app.edit(ann, {"company": "Acme"})
    clock.sleep(lag)
    Record.objects.filter(remote_id=ann).update(written_at=clock())
    observe(container, connector, clock, transaction.atomic)
    record = Record.objects.get(remote_id=twin)
    assert (record.heir, record.gone_at, alive()) == (ann, clock(), ["Ann"])
    app.revive(twin)
    clock.sleep(lag)
    observe(container, connector, clock, transaction.atomic)
    record.refresh_from_db()
    assert (record.heir, record.gone_at) == ("", None)


def test_an_app_that_never_tells_is_read_in_full_and_deletes_nothing(
    app: MemoryApp, connector: Connector, container: Container, clock: Clock
) -> None:
    app.quirks = Quirks(tells_deletions=False)
    ann, _ = add(app, "Ann", "Bob")
    observe(container, connector, clock, transaction.atomic)
    full = clock()
    assert container.full_at == full
    app.remove(ann)
    clock.sleep(60)
    observe(container, connector, clock, transaction.atomic)
    assert (alive(), container.full_at) == (["Ann", "Bob"], full)
    Container.objects.update(cursor="lost")
    observe(container, connector, clock, transaction.atomic)
    assert alive() == ["Ann", "Bob"]
    reread(container, connector, [ann], clock, transaction.atomic)
    assert alive() == ["Bob"]
