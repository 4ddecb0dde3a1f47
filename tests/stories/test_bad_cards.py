"""Cards that cannot be read, and cards that are gone: the others go on, and nothing is lost or
deleted."""

from __future__ import annotations

import pytest

from sync.models import SyncRecord
from tests.connectors.carddav.scripted import ScriptedServer, answer
from tests.stories.home import NUMBERS, QUIET, Home, card_of
from tests.stories.installation import InThisProcess, account, pair
from tests.stories.vcards import value_of, with_property

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

LARGE = b"PHOTO;ENCODING=b;TYPE=JPEG:" + b"QUJD" * 1_300_000


# --- Cards that cannot be read -------------------------------------------------------------


def test_unparsable_card_among_good_ones(quick: InThisProcess) -> None:
    """The real servers refuse such a card, so one that takes it is needed."""
    with ScriptedServer() as a, ScriptedServer() as b:
        for number in NUMBERS:
            a.put(f"{number}.vcf", card_of(number).encode())
        broken = a.put("broken.vcf", b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Half a card\r\n")
        _load(quick, a.book, b.book)
        fault = (
            "The card is damaged: it does not end as a vCard must. Open the contact in its "
            "address book and save it anew, or delete it there."
        )
        status, said = quick.sync("pair")
        assert (status, said["state"], said["in_sync"]) == (1, "done", len(NUMBERS))
        assert said["failed"] == {"unreadable": 1}
        assert [step["why"] for step in quick.audit("pair") if step["verb"] == "fail"] == [fault]
        assert len(b.cards) == len(NUMBERS)
        status, said = quick.sync("pair")
        assert (status, said["a"], said["b"]) == (1, QUIET, QUIET)

        twin = next(path for path, (_, card) in b.cards.items() if b"p0@" in card)
        a.put("0.vcf", b"garbage")
        b.put(twin.rpartition("/")[2], with_property(b.cards[twin][1], "TITLE", b"TITLE:New"))
        status, said = quick.sync("pair")
        assert (status, said["failed"], len(b.cards)) == (1, {"unreadable": 2}, len(NUMBERS))
        assert a.cards["/books/one/0.vcf"][1] == b"garbage"

        a.put("0.vcf", card_of(0).encode())
        a.put(broken.rpartition("/")[2], card_of(99).encode())
        status, said = quick.sync("pair")
        assert (status, said["failed"], said["in_sync"]) == (0, {}, len(NUMBERS) + 1)
        assert value_of(a.cards["/books/one/0.vcf"][1], "TITLE") == "New"
        assert (said["b"]["created"], said["b"]["updated"], said["a"]["updated"]) == (1, 0, 1)
        assert quick.sync("pair")[1]["a"] == QUIET


def test_card_of_five_megabytes(home: Home) -> None:
    large = home.a.path("large.vcf")
    home.a.put(large, card_of(50, LARGE.decode()))
    home.load()
    status, said = home.commands.sync("pair")
    assert (status, said["in_sync"], said["failed"]) == (1, len(NUMBERS), {"unreadable": 1})
    [step] = [step for step in home.commands.audit("pair") if step["verb"] == "fail"]
    assert step["why"] == (
        "The card is larger than 4 MB. Make its photo smaller in the address book; it is then "
        "read again."
    )
    status, said = home.commands.sync("pair")
    assert (status, said["a"], said["b"]) == (1, QUIET, QUIET)
    home.a.put(large, card_of(50))
    status, said = home.commands.sync("pair")
    assert (status, said["in_sync"], said["failed"]) == (0, len(NUMBERS) + 1, {})


def test_card_that_grew_to_five_megabytes_keeps_its_counterpart(home: Home) -> None:
    home.begin()
    path = home.a.path("0.vcf")
    whole = home.a.get(path)
    home.a.put(path, with_property(whole, "PHOTO", LARGE))
    before = home.b.cards()
    status, said = home.commands.sync("pair")
    assert (status, said["failed"], said["in_sync"]) == (1, {"unreadable": 1}, len(NUMBERS) - 1)
    assert home.b.cards() == before
    home.a.put(path, whole)
    home.assert_ordinary_again()


def _load(quick: InThisProcess, a: str, b: str) -> None:
    said = quick.load(
        "accounts:\n"
        + account("one", {"url": a}, literal=True)
        + account("two", {"url": b}, literal=True)
        + "connections:\n"
        + pair("{account: one}", "{account: two}")
    )
    assert said.status == 0, said.err


# --- Cards that are gone -------------------------------------------------------------------


def test_book_that_was_emptied(home: Home) -> None:
    home.begin()
    cards = home.a.cards()
    for path in cards:
        home.a.delete(path)
    _assert_held(home, 8)
    for path, card in cards.items():
        home.a.put(path, card)
    home.assert_ordinary_again()


def test_server_that_forgets_all_its_cards_for_a_moment(home: Home) -> None:
    """It lost the token, and lists nothing; nobody deleted anything."""
    home.begin()
    no_token = b'<D:error xmlns:D="DAV:"><D:valid-sync-token/></D:error>'
    empty = (
        b'<?xml version="1.0"?><D:multistatus xmlns:D="DAV:">'
        b"<D:sync-token>http://other/1</D:sync-token></D:multistatus>"
    )
    home.gate.plan = [answer(403, {}, no_token), *[answer(207, {}, empty)] * 2]
    _assert_held(home, 8)
    home.gate.plan = []
    home.assert_ordinary_again()


def test_book_that_shrank_by_more_than_the_limit(home: Home) -> None:
    home.begin()
    gone = [home.a.path(f"{number}.vcf") for number in range(1, 7)]
    cards = {path: home.a.get(path) for path in gone}
    for path in gone:
        home.a.delete(path)
    _assert_held(home, 6)
    for path, card in cards.items():
        home.a.put(path, card)
    home.assert_ordinary_again()


def test_held_run_that_is_approved_deletes_nothing_either(home: Home) -> None:
    home.begin()
    for path in home.a.paths()[1:]:
        home.a.delete(path)
    _assert_held(home, 7)
    before = home.b.cards()
    status, said = home.commands.sync("pair", "--approve")
    assert (status, said["state"], said["in_sync"]) == (0, "done", 1)
    assert (home.b.cards(), len(home.a.paths())) == (before, 1)
    home.assert_quiet()


def test_few_deleted_cards_are_left_alone_on_the_other_side(home: Home) -> None:
    home.begin()
    home.a.delete(home.a.path("1.vcf"))
    before = home.b.cards()
    status, said = home.commands.sync("pair")
    assert (status, said["in_sync"], said["a"]["created"]) == (0, len(NUMBERS) - 1, 0)
    assert home.b.cards() == before
    assert [step["why"] for step in home.commands.audit("pair") if step["verb"] == "delete"] == [
        "Deleted in A; nothing is deleted in B."
    ]
    home.assert_quiet()


def _assert_held(home: Home, gone: int) -> None:
    before = home.a.cards(), home.b.cards(), SyncRecord.objects.count()
    status, said = home.commands.sync("pair")
    assert (status, said["state"], said["in_sync"]) == (2, "held", len(NUMBERS))
    name = home.a.path("").split("/")[-2]
    assert said["why"].startswith(f"{gone} of 8 contacts are no longer in A (one · {name}). ")
    assert "`sync pair --approve`" in said["why"]
    assert (home.a.cards(), home.b.cards(), SyncRecord.objects.count()) == before
