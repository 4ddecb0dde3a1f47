"""Writes while anything goes wrong: what is reported is what happened, and nobody is made twice."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from connectors.connector import Create, Received, Result, Update, Written
from connectors.contact import Entry, Segment
from connectors.errors import AppError, Changed, Gone, Refused, TryAgain, Unanswered
from tests.connectors.conformance import marker, reading
from tests.connectors.google.partner import Book

FAULTS = [("lost", 0), ("broken", 200), ("broken", 502), ("dropped", 0), ("status", 503)]
FAULTS += [("status", 429), ("status", 500), ("status", 409)]
PATHS = ["batchCreate", "createContact", "batchUpdate", "updateContact", "batchGet", "connections"]


def trouble(book: Book, chance: random.Random) -> None:
    book.standin.faults.clear()
    for _ in range(chance.randrange(4)):
        what, status = chance.choice(FAULTS)
        path = chance.choice(PATHS)
        book.order(what, path, status=status or 500, skip=chance.randrange(3))
    book.change_quirks(
        all_or_nothing=chance.random() < 0.5,
        shuffled=chance.random() < 0.5,
        most_fields=chance.choice([3, 500]),
    )


def batch(book: Book, held: dict[str, Received], chance: random.Random) -> list[Any]:
    writes: list[Any] = []
    for _ in range(chance.choice([1, 4, 9, 30])):
        fields: dict[str, Any] = {"notes": f"n{chance.randrange(99)}"}
        if chance.random() < 0.3:
            fields["company"] = "C"
        if chance.random() < 0.1:
            fields["emails"] = tuple(Entry(f"{n}@x.example") for n in range(9))
        labels = frozenset({Segment("label", "L")} if chance.random() < 0.2 else ())
        if held and chance.random() < 0.5:
            found = held[chance.choice(sorted(held))]
            writes.append(Update(found.id, found.version, found.raw, fields, labels))
        else:
            writes.append(Create(marker(), {"first_name": "N", **fields}, labels))
    for id in chance.sample(sorted(book.hands.all()), k=min(2, len(book.hands.all()))):
        deed = chance.randrange(4)
        if deed == 0:
            book.hands.touch([id])
        elif deed == 1:
            book.edit(id, {"job_title": f"J{chance.randrange(99)}"})
        elif deed == 2:
            book.delete(id)
    return writes


def check(book: Book, write: Any, result: Result, before: dict[str, Any]) -> None:
    people = book.hands.all()
    if isinstance(write, Create):
        made = [
            id
            for id, person in people.items()
            if any(item["value"] == write.marker for item in person.get("clientData", ()))
        ]
        assert len(made) <= 1
        if isinstance(result, Written):
            assert made == [result.id]
        elif not isinstance(result, Unanswered):
            assert made == [], result
    elif isinstance(result, Gone):
        assert write.id not in people
    elif isinstance(result, (Refused, Changed)) or (
        isinstance(result, TryAgain) and not isinstance(result, Unanswered)
    ):
        assert people.get(write.id) == before.get(write.id), result


@pytest.mark.parametrize("seed", range(24, 44))
def test_results_are_what_happened(tmp_path, seed):
    print("seed", seed)
    chance = random.Random(seed)
    book = Book(tmp_path)
    held: dict[str, Received] = {}
    for _ in range(12):
        connector = book.connector()
        writes = batch(book, held, chance)
        # One change a contact, so that what it did can be told.
        times = Counter(write.id for write in writes if isinstance(write, Update))
        writes = [x for x in writes if isinstance(x, Create) or times[x.id] == 1]
        before = dict(book.hands.all())
        trouble(book, chance)
        try:
            results = connector.write(book.container, writes)
        except AppError as error:
            results = [error] * len(writes)
        book.standin.faults.clear()
        book.change_quirks(most_fields=500)
        assert len(results) == len(writes)
        for write, result in zip(writes, results, strict=True):
            check(book, write, result, before)
            if isinstance(result, Written) and result.received:
                held[result.id] = result.received
                (shown,) = connector.read(book.container, [result.id])
                assert shown.version == result.received.version
                assert shown.contact.text("notes") == write.fields["notes"]
            elif isinstance(result, Gone | Changed):
                held.pop(write.id, None)
        connector.close()
    fresh = book.connector()
    assert reading(fresh, book.container).received.keys() == book.hands.all().keys()
    fresh.close()
