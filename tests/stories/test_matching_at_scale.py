"""Who is found again among many (semantics §4): nobody is taken for somebody else, and everybody
with a common address is found, whatever became of the spelling of names.

The same with the people of FEBRL: ``python -m tests.benchmarks.febrl``.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random, randrange

import pytest
from faker import Faker

from connectors.contact import Address, Contact, Entry
from tests.stories.bench import Bench
from tests.stories.likeness import Found, People, find, reachable

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

PEOPLE = 300


@pytest.fixture
def found(db: None) -> Iterator[Found]:
    seed = randrange(10**6)
    print(f"seed {seed}")
    with Bench().placed() as bench:
        bench.load(avoid_duplicates=False, region="AU")
        yield find(bench, reachable(people_like(PEOPLE, seed), Random(seed)))


def people_like(count: int, seed: int) -> People:
    """In b a third of them with typing errors."""
    faker, chance = Faker("en_AU"), Random(seed)
    faker.seed_instance(seed)
    a = {number: _person(faker) for number in range(count)}
    return {"a": a, "b": {number: _retyped(contact, chance) for number, contact in a.items()}}


def _person(faker: Faker) -> Contact:
    place = Address(faker.street_address(), city=faker.city(), postcode=faker.postcode())
    return Contact(
        {
            "first_name": faker.first_name(),
            "last_name": faker.last_name(),
            "birthday": faker.date_of_birth().isoformat(),
            "addresses": (Entry(place),),
        }
    )


def _retyped(contact: Contact, chance: Random) -> Contact:
    if chance.random() >= 1 / 3:
        return contact
    name = chance.choice(("first_name", "last_name"))
    letters = list(contact.text(name))
    at = chance.randrange(len(letters) - 1)
    match chance.choice(("swapped", "left out", "another", "empty")):
        case "swapped":
            letters[at : at + 2] = reversed(letters[at : at + 2])
        case "left out":
            del letters[at]
        case "another":
            letters[at] = chance.choice("aeiou")
        case _:
            letters = []
    return contact.with_fields({name: "".join(letters)})


def test_nobody_is_mistaken_and_everybody_with_a_common_address_is_found(found: Found) -> None:
    assert len(found.own) > PEOPLE / 3, "else this proves little"
    assert not found.wrong
    assert not found.own - found.paired
    assert found.paired <= found.own | found.shared, "never merged without a common address"
    assert found.proposed, "a name and a phone number in common are shown to a person"
    assert found.proposed <= found.true
