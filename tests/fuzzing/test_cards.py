"""vCards, spoilt: read or set aside, never changed where nobody asked for it, and in a time that
grows as the card does."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import pytest

from connectors.carddav.card import Card
from connectors.carddav.reading import received
from connectors.carddav.translate import write_card
from connectors.contact import Segment
from connectors.errors import Refused
from tests.cards import realistic_cards
from tests.connectors.conformance import ANN
from tests.fuzzing.conftest import Chances
from tests.fuzzing.exercise import is_received
from tests.fuzzing.homes import CardDAVHome
from tests.fuzzing.lies import corpus
from tests.fuzzing.spoiling_text import spoilt_card

_CLIENTS, _OTHERS = (
    frozenset({Segment("category", "Clients")}),
    frozenset({Segment("category", "x")}),
)
#: Seconds of this process: a hundred times what it takes here, a hundredth of a quadratic way.
_PATIENCE = 20
_MEGABYTE = 1024 * 1024


def card_holds(card: bytes) -> None:
    """What must hold of any bytes at all."""
    found = received("/book/1.vcf", "", card)
    is_received(found)
    try:
        assert bytes(Card(card)) == card
        written = write_card(card, ANN, _CLIENTS, _OTHERS)
        cleared = write_card(written, dict.fromkeys(ANN, ""), (), _CLIENTS)
    except Refused:
        assert found.contact is None
        return
    for each in (written, cleared):
        assert received("/book/1.vcf", "", each).contact is not None


def test_cards_spoilt_by_chance(chances: Chances) -> None:
    cards = [card.encode() for card in realistic_cards(40)]
    for seed, chance in chances(1200):
        card = spoilt_card(chance.choice(cards), chance)
        try:
            card_holds(card)
        except Exception as error:
            error.add_note(f"seed {seed}; for the corpus: {card!r}")
            raise


@pytest.mark.parametrize("file", corpus("cards"), ids=lambda file: file.stem)
def test_cards_of_the_corpus(file: Path) -> None:
    card_holds(file.read_bytes())


def test_a_card_that_cannot_be_read_stops_no_other(tmp_path: Path, chances: Chances) -> None:
    home = CardDAVHome(tmp_path)
    connector = home.connector()
    good = {path: connector.read(home.book, [path])[0] for path in home.ids}
    bad = home.ids[2]
    true = home.server.cards[bad][1]
    for seed, chance in chances(60):
        home.server.cards[bad] = (f'"{seed}"', spoilt_card(true, chance))
        home.between.begin(lambda method, path, told: None)
        pages = list(connector.changes(home.book, "", lambda ids: {}))
        shown = {item.id: item for page in pages for item in page.received}
        assert shown.keys() == good.keys(), seed
        assert {path: shown[path] for path in good if path != bad} == {
            path: item for path, item in good.items() if path != bad
        }
        assert shown[bad].contact or shown[bad].fault, seed
    connector.close()


#: What a card is made of that is large in one respect, and how often.
_HEAD, _TAIL = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\n", "END:VCARD\r\n"
_LARGE = {
    "escaped separators": ("ORG:", "a\\;", 700_000, "\r\n"),
    "separators": ("ADR:", ";", 2_000_000, "\r\n"),
    "folds": ("NOTE:a", "\r\n b", 700_000, "\r\n"),
    "soft line ends": ("NOTE;ENCODING=QUOTED-PRINTABLE:", "a=\r\n", 700_000, "\r\n"),
    "soft line ends without a colon": ("X;QUOTED-PRINTABLE", "a=\r\n", 700_000, "\r\n"),
    "digits": ("TEL:tel:", "1", 2_000_000, "x\r\n"),
    "quotes": ("TEL;A=", '"a"', 900_000, ":1\r\n"),
    "an open quote": ('TEL;A="', ";", 2_000_000, ":1\r\n"),
    "parameters": ("TEL", ";TYPE=home", 300_000, ":1\r\n"),
    "numbers": ("", "TEL:1\r\n", 400_000, ""),
    "labels": ("", "a.TEL:1\r\na.X-ABLabel:b\r\n", 120_000, ""),
    "groups": ("", "a.TEL:1\r\n", 250_000, "a.X-ABLabel:b\r\n"),
    "categories": ("CATEGORIES:", "a,", 1_000_000, "\r\n"),
    "beginnings": ("", "BEGIN:VCARD\r\n", 250_000, ""),
    "backslashes": ("NOTE:", "\\", 3_000_000, "\r\n"),
    "carets": ('TEL;X="', "^", 3_000_000, '":1\r\n'),
    "carriage returns": ("NOTE:a", "\r", 2_000_000, "\r\n"),
    "numbers, as many as may be": ("", "TEL:1\r\n", 4_990, ""),
    "labels, as many as may be": ("", "a.TEL:1\r\na.X-ABLabel:b\r\n", 2_490, ""),
}  # fmt: skip


@pytest.mark.parametrize("what", _LARGE)
def test_large_cards_take_their_time_and_no_more(what: str) -> None:
    before, repeated, count, after = _LARGE[what]
    card = f"{_HEAD}{before}{repeated * count}{after}{_TAIL}".encode()
    begun = time.process_time()
    card_holds(card)
    assert time.process_time() - begun < _PATIENCE


@pytest.mark.parametrize("what", ["folds", "numbers", "escaped separators"])
def test_memory_grows_as_the_card_does(what: str) -> None:
    """Half a kilobyte for each piece of a card at most, however small the piece."""
    before, repeated, count, after = _LARGE[what]
    count //= 20
    card = f"{_HEAD}{before}{repeated * count}{after}{_TAIL}".encode()
    tracemalloc.start()
    try:
        received("/book/1.vcf", "", card)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 10 * _MEGABYTE + 512 * count
