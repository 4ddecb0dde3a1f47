"""Categories as conditions and actions on real Radicale and Xandikos (semantics §3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.connectors.carddav.servers import RadicaleServer, XandikosServer
from tests.stories.book import AddressBook
from tests.stories.installation import InThisProcess, account, pair
from tests.stories.vcards import content_lines, property_of, value_of, with_property

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

CLIENTS = (
    "{name: Clients, from: a, undo: true, if: [{kind: category, op: has, value: client}], "
    "then: [{kind: add category, value: From A}, {kind: remove category, value: Cold}]}"
)
JOINT = (
    "{name: Friends, from: a, undo: true, both_ways: true, "
    "if: [{kind: category, op: has, value: Friend}], then: [{kind: add category, value: Ami}]}"
)
ALL = "{name: All of A, from: a}, {name: All of B, from: b}"


@dataclass
class Books:
    """Two real address books, joined as ``pair``."""

    a: AddressBook
    b: AddressBook
    commands: InThisProcess

    def load(self, rules: str) -> None:
        text = "accounts:\n"
        text += account("one", self.a.server.credentials(self.a.url), literal=True)
        text += account("two", self.b.server.credentials(self.b.url), literal=True)
        text += "connections:\n"
        text += pair("{account: one}", "{account: two}", f"rules: [{rules}]")
        said = self.commands.load(text)
        assert said.status == 0, said.err

    def sync(self) -> dict[str, Any]:
        status, answer = self.commands.sync("pair")
        assert (status, answer["why"]) == (0, None)
        return answer

    def path(self, side: str, name: str) -> str:
        book = self.a if side == "a" else self.b
        found = [path for path, card in book.cards().items() if f"FN:{name} " in card.decode()]
        assert len(found) == 1, found
        return found[0]

    def card(self, side: str, name: str) -> bytes:
        return (self.a if side == "a" else self.b).get(self.path(side, name))

    def names(self, side: str) -> list[str]:
        cards = (self.a if side == "a" else self.b).cards().values()
        return sorted(value_of(card, "FN").split()[0] for card in cards)

    def categories(self, side: str, name: str) -> list[str]:
        """As another program reads them."""
        lines = [x for x in content_lines(self.card(side, name)) if property_of(x) == "CATEGORIES"]
        texts = [line.decode().strip().partition(":")[2] for line in lines]
        return sorted(word for text in texts for word in text.split(",") if word)

    def categorise(self, side: str, name: str, *words: str) -> None:
        book = self.a if side == "a" else self.b
        lines = [f"CATEGORIES:{','.join(words)}".encode()] if words else []
        book.put(self.path(side, name), with_property(self.card(side, name), "CATEGORIES", *lines))


@pytest.fixture
def books(
    quick: InThisProcess, radicale: RadicaleServer, xandikos: XandikosServer
) -> Iterator[Books]:
    a, b = AddressBook(radicale), AddressBook(xandikos)
    yield Books(a, b, quick)
    a.close()
    b.close()


def put(book: AddressBook, name: str, *words: str) -> None:
    lines = [
        "BEGIN:VCARD", "VERSION:3.0", f"UID:{name}-{book.url[-6:-1]}", f"N:Person;{name};;;",
        f"FN:{name} Person", f"EMAIL:{name.lower()}@mail.example", "X-MINE:kept",
        *([f"CATEGORIES:{','.join(words)}"] if words else []), "END:VCARD", "",
    ]  # fmt: skip
    book.put(book.path(f"{name.lower()}.vcf"), "\r\n".join(lines))


def assert_quiet(books: Books) -> None:
    answer = books.sync()
    quiet = {"requests": 1, "created": 0, "updated": 0, "marked": 0}
    assert answer["a"] == answer["b"] == quiet


def test_a_category_decides_who_is_made_and_a_category_is_put_on(books: Books) -> None:
    put(books.a, "Ann", "Client", "Other")
    put(books.a, "Bob", "Other")
    books.load(CLIENTS)
    answer = books.sync()
    assert (answer["b"]["created"], answer["excluded"]) == (1, {"no rule": 1})
    assert books.names("b") == ["Ann"]
    assert books.categories("b", "Ann") == ["From A"]
    assert books.categories("a", "Ann") == ["Client", "Other"]
    assert_quiet(books)


def test_what_is_there_stays_beside_what_is_put_on_and_all_is_taken_back(books: Books) -> None:
    put(books.a, "Ann", "Client")
    put(books.b, "Ann", "Cold", "Own")
    books.load(f"{ALL}, {CLIENTS}")
    books.sync()
    assert books.categories("b", "Ann") == ["From A", "Own"]
    assert b"X-MINE:kept" in books.card("b", "Ann")
    assert_quiet(books)
    books.categorise("a", "Ann")
    books.sync()
    assert books.categories("b", "Ann") == ["Cold", "Own"]
    assert_quiet(books)
    [_, *taken] = [step for step in books.commands.audit("pair") if step["verb"] == "revert"]
    assert [step["fields"] for step in taken] == [{"category": {"before": "", "after": "Cold"}}]


def test_what_a_person_takes_off_stays_off(books: Books) -> None:
    put(books.a, "Ann", "Client")
    books.load(CLIENTS)
    books.sync()
    books.categorise("b", "Ann", "Own")
    path = books.path("a", "Ann")
    books.a.put(path, with_property(books.a.get(path), "TITLE", b"TITLE:Chief"))
    books.sync()
    assert books.categories("b", "Ann") == ["Own"]
    assert value_of(books.card("b", "Ann"), "TITLE") == "Chief"
    assert_quiet(books)


def test_two_categories_are_kept_as_one_both_ways(books: Books) -> None:
    put(books.a, "Ann", "Friend")
    put(books.b, "Bob", "ami", "Own")
    books.load(f"{ALL}, {JOINT}")
    books.sync()
    assert books.categories("b", "Ann") == ["Ami"]
    assert books.categories("a", "Bob") == ["Friend"]
    assert_quiet(books)
    books.categorise("b", "Ann")
    books.categorise("a", "Bob")
    books.sync()
    assert books.categories("a", "Ann") == []
    assert books.categories("b", "Bob") == ["Own"]
    assert_quiet(books)
    books.categorise("b", "Ann", "Ami", "New")
    books.sync()
    assert books.categories("a", "Ann") == ["Friend"]


def test_whoever_leaves_is_excluded_and_comes_back_as_a_three_way_merge(books: Books) -> None:
    put(books.a, "Ann", "Client")
    put(books.a, "Zed", "Client")
    books.load(CLIENTS)
    books.sync()
    books.categorise("a", "Ann", "Other")
    answer = books.sync()
    assert answer["excluded"] == {"no rule": 1}
    assert books.categories("b", "Ann") == []
    for side, line in (("a", b"TITLE:From A"), ("b", b"NICKNAME:From B")):
        book, path = (books.a if side == "a" else books.b), books.path(side, "Ann")
        name = line.decode().partition(":")[0]
        book.put(path, with_property(book.get(path), name, line))
    answer = books.sync()
    assert (answer["a"]["updated"], answer["b"]["updated"]) == (0, 0)
    books.categorise("a", "Ann", "Friend")
    books.load(CLIENTS.replace("value: client", "value: Friend"))
    books.sync()
    for side in ("a", "b"):
        assert value_of(books.card(side, "Ann"), "TITLE") == "From A"
        assert value_of(books.card(side, "Ann"), "NICKNAME") == "From B"
    assert_quiet(books)
