"""Both sides of a card are edited between two syncs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.connectors.carddav.servers import RadicaleServer, XandikosServer
from tests.stories.book import AddressBook
from tests.stories.installation import InThisProcess, account, pair
from tests.stories.vcards import content_lines, property_of, value_of, with_property

pytestmark = pytest.mark.sqlite_only

NUMBERS = range(10)
#: Here everybody's values are overwritten, for which a run would stop and ask.
EVERYBODY = "brakes: {overwrites: [10, 1]}"


@dataclass
class Books:
    """The same ten people in both, already synced; ``paths`` by side and number."""

    a: AddressBook
    b: AddressBook
    home: InThisProcess
    paths: dict[str, list[str]]

    def edit(self, side: str, number: int, **values: str) -> None:
        """Set properties on one card as another client would; "" takes the property out."""
        book, path = getattr(self, side), self.paths[side][number]
        card = book.get(path)
        for name, value in values.items():
            lines = [f"{name}:{value}".encode()] if value else []
            card = with_property(card, name, *lines)
        book.put(path, card)

    def shown(self, side: str, name: str) -> list[str]:
        """This property on all ten cards, "" where it is not there."""
        cards = [getattr(self, side).get(path) for path in self.paths[side]]
        return [value_of(card, name) if _has(card, name) else "" for card in cards]

    def both(self, name: str) -> list[str]:
        """This property on all ten cards, asserted to be the same on both sides."""
        shown = self.shown("a", name)
        assert self.shown("b", name) == shown
        return shown

    def sync(self) -> dict[str, Any]:
        status, answer = self.home.sync("pair")
        assert status == 0
        return answer

    def assert_quiet(self) -> None:
        nothing = {"requests": 1, "created": 0, "updated": 0, "marked": 0}
        answer = self.sync()
        assert (answer["a"], answer["b"], answer["conflicts"]) == (nothing, nothing, 0)


def _has(card: bytes, name: str) -> bool:
    return any(property_of(line) == name for line in content_lines(card))


@pytest.fixture
def books(
    quick: InThisProcess, radicale: RadicaleServer, xandikos: XandikosServer, request: Any
) -> Iterator[Books]:
    a, b = AddressBook(radicale), AddressBook(xandikos)
    for number in NUMBERS:
        a.put(a.path(f"{number}.vcf"), _card(number))
    options = getattr(request, "param", ())
    said = quick.load(
        "accounts:\n"
        + account("one", {**radicale.credentials(a.url)}, literal=True)
        + account("two", {"url": b.url}, literal=True)
        + "connections:\n"
        + pair("{account: one}", "{account: two}", EVERYBODY, *options)
    )
    assert said.status == 0, said.err
    assert quick.sync("pair")[1]["b"]["created"] == len(NUMBERS)
    at_b = {value_of(card, "EMAIL"): path for path, card in b.cards().items()}
    paths = {
        "a": [a.path(f"{number}.vcf") for number in NUMBERS],
        "b": [at_b[f"p{number}@mail.example"] for number in NUMBERS],
    }
    yield Books(a, b, quick, paths)
    a.close()
    b.close()


def _card(number: int) -> str:
    return (
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:uid-{number}\r\nN:Person;P{number};;;\r\n"
        f"FN:P{number} Person\r\nEMAIL;TYPE=HOME:p{number}@mail.example\r\nTITLE:Old title\r\n"
        "NOTE:Old note\r\nX-MINE:kept\r\nEND:VCARD\r\n"
    )


def test_disjoint_edits_of_both_sides_all_survive(books: Books) -> None:
    """vdirsyncer 0.21 loses one side of every such card."""
    for number in NUMBERS:
        books.edit("a", number, ROLE=f"Role {number}", TITLE=f"Title {number}")
        books.edit("b", number, URL=f"https://p{number}.example/", NICKNAME=f"Nick {number}")
    answer = books.sync()
    assert (answer["a"]["updated"], answer["b"]["updated"], answer["conflicts"]) == (10, 10, 0)
    assert books.both("TITLE") == [f"Title {number}" for number in NUMBERS]
    assert books.both("URL") == [f"https://p{number}.example/" for number in NUMBERS]
    assert books.both("NICKNAME") == [f"Nick {number}" for number in NUMBERS]
    assert books.shown("a", "ROLE") == [f"Role {number}" for number in NUMBERS]
    assert books.shown("a", "X-MINE") == ["kept"] * 10
    assert books.both("NOTE") == ["Old note"] * 10
    books.assert_quiet()


def test_elements_of_one_list_that_both_sides_add_all_survive(books: Books) -> None:
    for number in NUMBERS:
        for side, address in (("a", f"a{number}@a.example"), ("b", f"b{number}@b.example")):
            book, path = getattr(books, side), books.paths[side][number]
            lines = [line for line in content_lines(book.get(path)) if property_of(line) == "EMAIL"]
            old = [line.rstrip() for line in lines]
            book.put(
                path, with_property(book.get(path), "EMAIL", *old, f"EMAIL:{address}".encode())
            )
    books.sync()
    for side in "ab":
        for number, path in enumerate(books.paths[side]):
            card = getattr(books, side).get(path)
            lines = [line for line in content_lines(card) if property_of(line) == "EMAIL"]
            assert sorted(line.partition(b":")[2].strip().decode() for line in lines) == [
                f"a{number}@a.example", f"b{number}@b.example", f"p{number}@mail.example",
            ]  # fmt: skip
    books.assert_quiet()


@pytest.mark.parametrize(
    ("books", "winner"), [(("winner: a",), "a"), (("winner: b",), "b")], indirect=["books"]
)
def test_simultaneous_edits_of_one_field_follow_the_winner(books: Books, winner: str) -> None:
    for number in NUMBERS:
        for side in "ab":
            books.edit(side, number, TITLE=f"By {side} {number}")
    answer = books.sync()
    loser = "b" if winner == "a" else "a"
    assert answer["conflicts"] == 10
    assert (answer[loser]["updated"], answer[winner]["updated"]) == (10, 0)
    assert books.both("TITLE") == [f"By {winner} {number}" for number in NUMBERS]
    steps = books.home.audit("pair", "--run", str(answer["run"]))
    assert sorted((step[loser], step["side"], step["fields"]["job_title"]) for step in steps) == [
        (
            path,
            loser,
            {
                "before": f"By {loser} {number}",
                "after": f"By {winner} {number}",
                "lost": f"By {loser} {number}",
            },
        )
        for path, number in sorted(zip(books.paths[loser], NUMBERS, strict=True))
    ]
    books.assert_quiet()


@pytest.mark.parametrize(
    "books",
    [("winner: a", "mappings: [{a: notes, arrow: '<->', b: notes, winner: b}]")],
    indirect=True,
)
def test_a_line_may_have_a_winner_of_its_own(books: Books) -> None:
    for side in "ab":
        books.edit(side, 0, TITLE=f"By {side}", NOTE=f"Note of {side}")
    assert books.sync()["conflicts"] == 2
    assert (books.both("TITLE")[0], books.both("NOTE")[0]) == ("By a", "Note of b")
    books.assert_quiet()


def test_an_edit_beats_a_clear_on_the_other_side(books: Books) -> None:
    books.edit("a", 0, TITLE="")
    books.edit("b", 0, TITLE="New title")
    books.edit("a", 1, TITLE="New title")
    books.edit("b", 1, TITLE="")
    books.sync()
    assert books.both("TITLE")[:3] == ["New title", "New title", "Old title"]
    books.assert_quiet()


def test_the_same_edit_on_both_sides_is_no_conflict(books: Books) -> None:
    for side in "ab":
        books.edit(side, 0, TITLE="The same")
    answer = books.sync()
    assert (answer["conflicts"], answer["a"]["updated"], answer["b"]["updated"]) == (0, 0, 0)
    books.assert_quiet()
    books.edit("a", 0, TITLE="And on")
    books.sync()
    assert books.both("TITLE")[0] == "And on"
