from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from connections.accounts import (
    check_identity,
    choose_container,
    keep_container,
    open_account,
    refresh_catalogue,
)
from connections.authorise import ask, keep
from connections.models import Account, Container
from connections.vault import seal, unseal
from connectors.connector import Catalogue, ContainerInfo, Identity
from connectors.contact import Contact, Segment
from connectors.errors import AskStaff, SignInAgain
from connectors.memory import store
from connectors.memory.app import MemoryApp, Quirks
from tests.sync.conftest import Clock

BOOKS = [
    ContainerInfo("/dav/alice/friends/", "Friends"),
    ContainerInfo("/dav/alice/work%20mates/", "Work"),
    ContainerInfo("/dav/alice/old/", "Work"),
]
THERE_IS = "Friends (/dav/alice/friends/); Work (/dav/alice/work%20mates/); Work (/dav/alice/old/)."


@pytest.fixture
def clock() -> Iterator[Clock]:
    """That of memory apps which the test places."""
    yield Clock()
    store.placed.clear()


def memory(name: str) -> Account:
    return Account.objects.create(name=name, app="memory", sealed=seal({"name": name}))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("/dav/alice/friends/", 0),
        ("/dav/alice/friends", 0),
        ("https://example.org/dav/alice/friends/", 0),
        ("friends", 0),
        ("/dav/alice/work mates/", 1),
        ("https://example.org/dav/alice/old", 2),
    ],
)
def test_choose_container_by_id_url_or_name(wanted: str, found: int) -> None:
    assert choose_container(BOOKS, wanted, "home") == BOOKS[found]


def test_choose_container_takes_the_only_one() -> None:
    assert choose_container(BOOKS[:1], "", "home") == BOOKS[0]


def test_choose_container_minds_the_host() -> None:
    offered = [
        ContainerInfo("https://a.example/x/", "A"),
        ContainerInfo("https://b.example/x/", "B"),
    ]
    assert choose_container(offered, "https://B.example/x", "home") == offered[1]


@pytest.mark.parametrize(
    ("offered", "wanted", "message"),
    [
        (BOOKS, "", f"Account home has several containers. Name one: {THERE_IS}"),
        (BOOKS, "Enemies", f"Account home has no container 'Enemies'. There is: {THERE_IS}"),
        (
            BOOKS,
            "Work",
            f"Account home has several containers named 'Work'. Name it by its id: {THERE_IS}",
        ),
        ([], "", "Account home has no container. Make one in the app."),
    ],
    ids=["which", "unknown", "ambiguous", "none"],
)
def test_choose_container_lists_what_there_is(
    offered: list[ContainerInfo], wanted: str, message: str
) -> None:
    with pytest.raises(AskStaff) as error:
        choose_container(offered, wanted, "home")
    assert str(error.value) == message


def test_check_identity_takes_the_first_and_refuses_another() -> None:
    alice, bob = Identity("id-1", "alice"), Identity("id-2", "bob")
    check_identity(Account(name="home"), alice)
    home = Account(name="home", identity="id-1", identity_name="alice")
    check_identity(home, Identity("id-1", "alice under a new name"))
    with pytest.raises(AskStaff) as error:
        check_identity(home, bob)
    assert str(error.value) == (
        "Account home was alice and now signs in as bob. Enter the credentials of the "
        "former, or make another account for the latter."
    )


def test_keep_container_makes_its_row_once_and_renames_it(db: None) -> None:
    account = memory("one")
    kept = [keep_container(account, ContainerInfo("c", name)) for name in ("Old", "New")]
    assert [row.pk for row in kept] == [Container.objects.get(name="New").pk] * 2


def test_refresh_catalogue_keeps_what_the_app_offers(db: None, var: Path) -> None:
    account = memory("one")
    connector = open_account(account)
    container = keep_container(account, connector.containers()[0])
    refresh_catalogue(container, connector, timezone.now())
    container.refresh_from_db()
    assert container.catalogue_data["tells_deletions"] is True
    assert container.catalogue == connector.catalogue(container.remote_id)
    assert container.catalogue_at is not None


def test_refresh_catalogue_remembers_listed_names_that_vanished(db: None, clock: Clock) -> None:
    kinds = frozenset({"tag", "bucket"})
    quirks = Quirks(segments=kinds, registers=frozenset({"bucket"}), statuses=("subscribed",))
    app = store.placed["one"] = MemoryApp(clock, quirks)
    account = memory("one")
    connector = open_account(account)
    keep_container(account, connector.containers()[0])
    names = [("tag", "Client"), ("bucket", "Cold"), ("bucket", "Hot")]
    ann = app.add(Contact(segments=frozenset(Segment(*name) for name in names)))

    def refreshed() -> Catalogue:
        refresh_catalogue(Container.objects.get(), connector, timezone.now())
        return Container.objects.get().catalogue

    catalogue = refreshed()
    assert (dict(catalogue.vanished), catalogue.registers) == ({}, {"bucket"})
    app.tag(ann, frozenset(), frozenset({Segment("tag", "Client")}))
    app.unregister("bucket", "Cold")
    assert [dict(refreshed().vanished) for _ in range(2)] == [{"bucket": ("Cold",)}] * 2
    assert refreshed().segments == {"tag": (), "bucket": ("Hot",)}
    app.unregister("bucket", "Hot")
    assert refreshed().vanished == {"bucket": ("Cold", "Hot")}
    app.register("bucket", "cold")
    assert refreshed().vanished == {"bucket": ("Hot",)}
    app.register("bucket", "Hot")
    assert refreshed().vanished == {}


def test_open_account_without_credentials_asks_for_them(db: None) -> None:
    with pytest.raises(SignInAgain, match="Account new has no credentials"):
        open_account(Account.objects.create(name="new", app="memory"))


def test_what_an_app_renewed_is_used_and_stays_apart_from_what_was_entered(
    db: None, var: Path
) -> None:
    account = Account.objects.create(name="one", app="memory", sealed=seal({"name": "one"}))
    open_account(account)._world.keep({"name": "two"})
    account.refresh_from_db()
    assert open_account(account).identity().id == "memory:two"
    assert unseal(account.sealed) == {"name": "one"}
    open_account(account)._world.keep({"access_token": "newer"})
    account.refresh_from_db()
    assert unseal(account.renewed) == {"name": "two", "access_token": "newer"}


def test_what_an_app_renewed_is_forgotten_when_other_credentials_are_entered(
    db: None, var: Path
) -> None:
    account = Account.objects.create(name="one", app="memory", sealed=seal({"name": "one"}))
    earlier = open_account(account)
    earlier._world.keep({"name": "two"})
    account.refresh_from_db()
    entered = {"name": "one", "more": ""}
    keep(account, entered, ask(account, entered))
    earlier._world.keep({"name": "three"})  # by a run that began before
    account.refresh_from_db()
    assert (account.renewed, unseal(account.sealed)) == ("", entered)
    assert open_account(account).identity().id == "memory:one"
