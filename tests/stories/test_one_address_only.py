"""Apps that hold one e-mail address of a contact, as newsletters do, beside those with several."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.contact import Entry, entries
from connectors.errors import Unanswered
from connectors.fields import STANDARD, Field, FieldType
from connectors.memory.quirks import Quirks
from sync.models import SyncRecord
from tests.stories.bench import Bench, person

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite_only]

ADDRESS = Field("emails", "E-mail address", FieldType.EMAIL, required=True)
NAMES = (STANDARD["first_name"], STANDARD["last_name"])
ONE = Quirks(fields=(*NAMES, ADDRESS), segments=frozenset({"tag"}))


@pytest.fixture
def bench() -> Iterator[Bench]:
    with Bench(b=ONE).placed() as bench:
        bench.load()
        yield bench


def add_subscriber(bench: Bench, first: str, email: str) -> str:
    return bench.b.add(person(first).with_fields({"emails": email}))


def test_the_primary_address_is_the_one_that_is_sent(bench: Bench) -> None:
    emails = (Entry("ann@home.example", "home"), Entry("ann@work.example", "work", True))
    bench.a.add(person("Ann").with_fields({"emails": emails}))
    bench.sync()
    assert bench.contact("b", "Ann").get("emails") == "ann@work.example"
    bench.assert_quiet()


def test_whoever_subscribed_with_another_of_their_addresses_is_the_same_person(
    bench: Bench,
) -> None:
    bench.a.add(person("Ann", "ann@work.example", "ann@home.example"))
    add_subscriber(bench, "Ann", "Ann@Home.example")
    bench.sync()
    assert bench.record("Ann").state == SyncRecord.State.IN_SYNC
    assert bench.names("b") == ["Ann"]
    bench.assert_quiet()


def test_an_address_edited_where_there_is_one_replaces_the_one_it_came_from(bench: Bench) -> None:
    bench.a.add(person("Ann", "ann@work.example", "ann@home.example"))
    bench.sync()
    sent = bench.text("b", "Ann", "emails")
    bench.b.edit(bench.id("b", "Ann"), {"emails": "ann@new.example"})
    bench.sync()
    texts = {"ann@work.example", "ann@home.example", "ann@new.example"} - {sent}
    assert set(bench.texts("a", "Ann", "emails")) == texts
    bench.assert_quiet()


def test_an_address_edited_where_there_are_several_reaches_the_single_one(bench: Bench) -> None:
    bench.a.add(person("Ann", "ann@work.example"))
    bench.sync()
    bench.a.edit(bench.id("a", "Ann"), {"emails": entries(["ann@new.example"])})
    bench.sync()
    assert bench.text("b", "Ann", "emails") == "ann@new.example"
    bench.assert_quiet()


def test_the_last_address_is_never_taken_from_an_app_that_needs_one(bench: Bench) -> None:
    bench.a.add(person("Ann", "ann@work.example"))
    bench.sync()
    bench.a.edit(bench.id("a", "Ann"), {"emails": ()})
    bench.sync()
    assert bench.text("b", "Ann", "emails") == "ann@work.example"
    assert bench.names("a") == ["Ann"]


def test_an_address_that_another_subscriber_has_is_held(bench: Bench) -> None:
    bench.a.add(person("Ann", "ann@x.example"))
    add_subscriber(bench, "Bob", "bob@x.example")
    bench.sync()
    bench.a.edit(bench.id("a", "Ann"), {"emails": entries(["bob@x.example"]), "last_name": "New"})
    bench.sync()
    assert bench.text("b", "Ann", "emails") == "ann@x.example"
    assert bench.text("b", "Ann", "last_name") == "New"


def test_subscribers_enter_the_other_app_with_their_address(bench: Bench) -> None:
    add_subscriber(bench, "Eve", "eve@x.example")
    bench.sync()
    assert bench.texts("a", "Eve", "emails") == ["eve@x.example"]
    bench.assert_quiet()


def test_a_lost_answer_to_a_creation_is_found_by_the_address(bench: Bench) -> None:
    bench.b.quirks = Quirks(
        fields=ONE.fields, segments=ONE.segments, markers=False, unique_emails=True
    )
    bench.a.add(person("Ann", "ann@x.example", "ann@y.example"))
    lose_next_answer(bench)
    bench.sync()
    bench.sync()
    assert bench.names("b") == ["Ann"]
    assert bench.record("Ann").state == SyncRecord.State.IN_SYNC
    bench.assert_quiet()


def lose_next_answer(bench: Bench) -> None:
    def interrupt(moment: str, call: str) -> None:
        if (moment, call) == ("after", "write"):
            bench.b.interrupt = lambda moment, call: None
            raise Unanswered("No answer came.")

    bench.b.interrupt = interrupt
