"""The main job: two real address books, with cards as people have them, kept equal both ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

import pytest

from connectors.carddav.translate import read_card
from connectors.contact import Value
from connectors.fields import STANDARD, normals
from sync.work import CHUNK
from tests.cards import realistic_cards
from tests.connectors.carddav.servers import RadicaleServer, XandikosServer
from tests.stories.book import AddressBook
from tests.stories.installation import Installation, account, pair
from tests.stories.vcards import (
    as_read_by_vobject,
    content_lines,
    foreign_content,
    foreign_lines,
    property_of,
    value_of,
    with_lines,
    with_property,
)

#: How many cards, and how many more for later. More than a run takes up at a time, and no more
#: than that: a write costs these servers the more the more cards there are.
CARDS = CHUNK + 10
LATER = 40
#: Lines that the user of the second book gives to cards that the product made there: odd folds,
#: cases, encodings and names, in the spelling of several programs.
ODD_LINES = (
    b"x-lower;X-P=\"a;b:c\":kept \\, as \\; it is\\\\",
    b"X-FOLDED:" + b"0123456789" * 6 + b"\r\n  two blanks\r\n\ttab",
    b"X-SPLIT:caf\xc3\r\n \xa9",
    b"ROLE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Caf=C3=A9",
    b"PHOTO;ENCODING=b;TYPE=JPEG:" + b"/9j/" * 4000,
    b"item7.X-ABDATE:2020-02-29",
    b"item7.X-ABLabel:_$!<Anniversary>!$_",
    b"X-EMPTY:",
)  # fmt: skip


@pytest.fixture
def a(radicale: RadicaleServer) -> Iterator[AddressBook]:
    book = AddressBook(radicale)
    yield book
    book.close()


@pytest.fixture
def b(xandikos: XandikosServer) -> Iterator[AddressBook]:
    book = AddressBook(xandikos)
    yield book
    book.close()


@pytest.mark.sqlite_only
def test_hundreds_of_cards_are_kept_equal_and_nothing_else_is_touched(
    accord: Installation, a: AddressBook, b: AddressBook
) -> None:
    cards = realistic_cards(CARDS + LATER)
    a.fill(cards[:CARDS])
    untouched = a.cards()
    connect(accord, a, b)

    status, first = accord.sync("pair")
    assert (status, first["b"]["created"], first["in_sync"]) == (0, CARDS, CARDS)
    assert (first["a"]["created"], first["a"]["updated"], first["b"]["updated"]) == (0, 0, 0)
    at_a, at_b = by_address(a), by_address(b)
    assert_equal(at_a, at_b)
    assert dict(at_a.values()) == untouched

    edited_at_a, edited_at_b = edit_both(a, b, at_a, at_b)
    # Xandikos takes no soft line breaks of quoted-printable.
    taken = [card for card in cards[CARDS:] if "QUOTED-PRINTABLE" not in card]
    made_at_b = {first_address(card.encode()): card for card in taken}
    for number, card in enumerate(made_at_b.values()):
        b.put(b.path(f"own-{number}.vcf"), card)
    before_a, before_b = by_address(a), by_address(b)

    status, second = accord.sync("pair")
    assert second["why"] is None
    assert (status, second["in_sync"], second["conflicts"]) == (0, CARDS + len(made_at_b), 0)
    assert second["a"]["created"] == len(made_at_b)
    assert second["a"]["updated"] == len(edited_at_b)
    assert second["b"]["updated"] == len(edited_at_a)
    at_a, at_b = by_address(a), by_address(b)
    assert_equal(at_a, at_b)
    assert_foreign_kept(before_a, before_b, at_a, at_b)
    for address, title in edited_at_a.items():
        assert value_of(at_b[address][1], "TITLE") == title
    for address, nickname in edited_at_b.items():
        assert value_of(at_a[address][1], "NICKNAME") == nickname

    for address in made_at_b:
        path, body = at_a[address]
        a.put(path, with_property(body, "TITLE", b"TITLE:Edited later"))
    before_a, before_b = by_address(a), by_address(b)
    status, third = accord.sync("pair")
    assert (status, third["b"]["updated"], third["a"]["updated"]) == (0, len(made_at_b), 0)
    at_a, at_b = by_address(a), by_address(b)
    assert_equal(at_a, at_b)
    assert_foreign_kept(before_a, before_b, at_a, at_b)

    status, quiet = accord.sync("pair")
    assert status == 0
    assert quiet["a"] == quiet["b"] == {"requests": 1, "created": 0, "updated": 0, "marked": 0}
    assert (by_address(a), by_address(b)) == (at_a, at_b)


def connect(accord: Installation, a: AddressBook, b: AddressBook) -> None:
    said = accord.load(
        "accounts:\n"
        + account("home", a.server.credentials())
        + account("work", b.server.credentials())
        + "connections:\n"
        + pair(
            f'{{account: home, container: "{a.url}"}}',
            f'{{account: work, container: "{b.url}"}}',
            # So many edits between two runs would have the second stop and ask.
            "brakes: {overwrites: [1000, 1], changes: [2000, 1]}",
        )
    )
    assert said.status == 0, said.err


Cards = Mapping[str, tuple[str, bytes]]


def by_address(book: AddressBook) -> dict[str, tuple[str, bytes]]:
    """Path and body of every card by its first e-mail address, of which each has its own."""
    cards = book.cards()
    found = {first_address(body): (path, body) for path, body in cards.items()}
    assert len(found) == len(cards)
    return found


def first_address(card: bytes) -> str:
    return min(read_card(card).texts("emails")).casefold()


def edit_both(
    a: AddressBook, b: AddressBook, at_a: Cards, at_b: Cards
) -> tuple[dict[str, str], dict[str, str]]:
    """Some cards are edited on a, others on b, some on both in different fields; most of those
    that we have to write hold lines that no mapping covers. By address what was set."""
    odd_at_a = [address for address, (_, body) in at_a.items() if len(foreign_lines(body)) > 6]
    plain = [address for address in at_a if address not in odd_at_a]
    edited_at_a, edited_at_b = {}, {}
    for number, address in enumerate([*odd_at_a[:10], *plain[:50]]):
        path, body = at_a[address]
        title = f"Chief № {number}"
        a.put(path, with_property(body, "TITLE", f"TITLE:{title}".encode()))
        edited_at_a[address] = title
    for number, address in enumerate([*odd_at_a[:60], *plain[:50]]):
        path, body = at_b[address]
        line = ODD_LINES[number % len(ODD_LINES)]
        body = with_lines(body, *ODD_LINES[5:7], line)
        if number < 60:
            edited_at_b[address] = f"Nick {number}"
            body = with_property(body, "NICKNAME", f"NICKNAME:Nick {number}".encode())
        b.put(path, body)
    return edited_at_a, edited_at_b


def assert_equal(at_a: Cards, at_b: Cards) -> None:
    """Every field that a mapping covers is the same on both sides, as others and as we read it."""
    assert at_a.keys() == at_b.keys()
    for address, (_, body) in at_a.items():
        twin = at_b[address][1]
        assert as_read_by_vobject(body) == as_read_by_vobject(twin), address
        assert as_we_read_it(body) == as_we_read_it(twin), address


@cache
def as_we_read_it(card: bytes) -> dict[str, frozenset[str]]:
    fields: Mapping[str, Value] = read_card(card).fields
    return {name: normals(STANDARD[name], value) for name, value in fields.items()}


def assert_foreign_kept(before_a: Cards, before_b: Cards, at_a: Cards, at_b: Cards) -> None:
    """What no mapping covers is as it was on each side: to the byte on Xandikos, and on
    Radicale, which writes cards in a way of its own, but for case and order of names."""
    for address, (path, body) in before_b.items():
        assert at_b[address][0] == path
        assert foreign_lines(at_b[address][1]) == foreign_lines(body), address
    for address, (path, body) in before_a.items():
        assert at_a[address][0] == path
        assert foreign_content(at_a[address][1]) == foreign_content(body), address


def test_lines_of_a_card_are_told_apart_as_written() -> None:
    """The reader of this story, which judges the product, judged itself."""
    card = b"BEGIN:VCARD\r\nitem1.note;X=1:a\r\n b\r\nX-FOLD\r\n ED:c\r\nEND:VCARD\r\n"
    assert b"".join(content_lines(card)) == card
    assert [property_of(line) for line in content_lines(card)] == [
        "BEGIN", "NOTE", "X-FOLDED", "END",
    ]  # fmt: skip
    assert foreign_lines(card) == [b"BEGIN:VCARD\r\n", b"X-FOLD\r\n ED:c\r\n", b"END:VCARD\r\n"]
    assert foreign_content(card) == ["BEGIN:VCARD", "END:VCARD", "X-FOLDED:c"]
    assert with_property(card, "NOTE", b"NOTE:z") == (
        b"BEGIN:VCARD\r\nX-FOLD\r\n ED:c\r\nNOTE:z\r\nEND:VCARD\r\n"
    )
