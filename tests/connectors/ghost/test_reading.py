"""Reading members of whom Ghost tells little: what moves a date, and what only a number."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.contact import Contact, Segment
from connectors.errors import AskStaff, TryAgain
from connectors.ghost import reading as module
from connectors.ghost.connector import Ghost
from connectors.ghost.translate import received_of
from tests.connectors.conformance import Reading, reading
from tests.connectors.ghost.partner import DAY, App

VIP = Segment("label", "VIP")


def add(people: App, number: int, *labels: str) -> str:
    fields = {"full_name": f"N{number}", "emails": f"n{number}@people.example"}
    return people.add(Contact(fields, frozenset(Segment("label", name) for name in labels)))


def later(people: App, seconds: float = 3600) -> None:
    """Longer than a reading asks for again."""
    people.clock.tick(seconds)


@pytest.fixture
def first(people: App, connector: Ghost) -> Reading:
    for number in range(3):
        add(people, number, "VIP")
    found = reading(connector, "members")
    later(people)
    return found


def ids(found: Reading) -> list[str]:
    return list(found.versions)


def test_a_date_in_a_filter_is_of_the_day_that_it_is(people, connector, first) -> None:
    """The text that Ghost's own answers have would be later than all of the day."""
    people.edit(ids(first)[0], {"notes": "new"})
    second = reading(connector, "members", first)
    assert (list(second.received), second.complete) == ([ids(first)[0]], False)


def test_a_label_alone_moves_no_date_and_is_seen_by_its_number(people, connector, first) -> None:
    before = people.hands.get(ids(first)[0])["updated_at"]
    people.untag(ids(first)[0], VIP)
    assert people.hands.get(ids(first)[0])["updated_at"] == before
    second = reading(connector, "members", first)
    assert (list(second.received), second.complete) == ([ids(first)[0]], True)
    assert second.contacts[ids(first)[0]].segments == frozenset()


def test_members_who_are_made_with_a_label_are_no_reason_to_read_all(
    people, connector, first
) -> None:
    new = add(people, 9, "VIP", "Fresh")
    second = reading(connector, "members", first)
    assert (list(second.received), second.complete) == ([new], False)
    later(people)
    third = reading(connector, "members", second)
    assert (third.received, third.complete) == ({}, False)


def test_who_unsubscribes_is_told_by_an_event(people, connector, first) -> None:
    id = ids(first)[1]
    before = people.hands.get(id)["updated_at"]
    people.unsubscribe(id)
    assert people.hands.get(id)["updated_at"] == before
    second = reading(connector, "members", first)
    assert (list(second.received), second.complete) == ([id], False)
    assert second.contacts[id].status == "unsubscribed"
    assert second.contacts[id].get("custom:Newsletters") == ""


def test_a_deletion_is_seen_though_somebody_was_made_since(people, connector, first) -> None:
    people.delete(ids(first)[0])
    new = add(people, 9)
    second = reading(connector, "members", first)
    assert (second.gone, list(second.received), second.complete) == ([ids(first)[0]], [new], True)


def test_what_not_even_numbers_show_is_found_within_a_day(people, connector, first) -> None:
    one, two = add(people, 8, "VIP"), add(people, 9)
    later(people)
    second = reading(connector, "members", first)
    later(people)
    people.untag(one, VIP)
    people.tag(two, VIP)
    bounced, many = ids(first)[0], ids(first)[1]
    people.hands.bounce(bounced)
    people.hands.unsubscribe_many(many)
    third = reading(connector, "members", second)
    assert third.received == {}
    later(people, DAY)
    fourth = reading(connector, "members", third)
    assert sorted(fourth.received) == sorted([one, two, bounced, many])
    status = {id: contact.status for id, contact in fourth.contacts.items()}
    assert (status[bounced], status[many]) == ("cleaned", "unsubscribed")


def test_a_label_that_is_renamed_shows_on_everybody(people, connector, first) -> None:
    people.hands.rename_label("VIP", "Patron")
    second = reading(connector, "members", first)
    assert {x.segments for x in second.contacts.values()} == {
        frozenset({Segment("label", "Patron")})
    }


def test_a_large_site_is_read_in_full_once_an_hour_at_most(
    people, connector, first, monkeypatch
) -> None:
    monkeypatch.setattr(module, "SMALL", 2)
    people.clock.tick(-1800)
    second = reading(connector, "members", first)
    people.clock.tick(600)
    people.untag(ids(first)[0], VIP)
    third = reading(connector, "members", second)
    assert (third.received, third.complete) == ({}, False)
    people.clock.tick(1200)
    fourth = reading(connector, "members", third)
    assert (list(fourth.received), fourth.complete) == ([ids(first)[0]], True)


def test_a_walk_misses_nobody_while_others_are_deleted(people, connector) -> None:
    made = [add(people, number) for number in range(250)]
    pages = connector.changes("members", "", lambda ids: {})
    named = {item.id for item in next(pages).received}
    for id in sorted(named)[:50]:
        people.delete(id)
    for page in pages:
        named |= {item.id for item in page.received}
    assert named == set(made)


def test_many_events_are_read_page_after_page(people, connector) -> None:
    made = [add(people, number) for number in range(230)]
    later(people)
    first = reading(connector, "members")
    later(people)
    for place, id in enumerate(made):
        people.unsubscribe(id)
        people.clock.tick(place % 2)
    second = reading(connector, "members", first)
    assert (sorted(second.received), second.complete) == (sorted(made), False)


def test_more_events_in_a_second_than_a_page_holds_are_a_reason_to_read_all(
    people, connector, first
) -> None:
    made = [add(people, 100 + number) for number in range(130)]
    second = reading(connector, "members", first)
    assert (sorted(second.received), second.complete) == (sorted(made), True)


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"members": [], "meta": {"pagination": {"total": 5}}}, TryAgain),
        ({"members": [{"id": "b"}, {"id": "a"}], "meta": {"pagination": {"total": 2}}}, TryAgain),
        ({"members": [{"id": "a"}], "meta": {}}, TryAgain),
        ({"errors": []}, AskStaff),
    ],
)
def test_a_list_that_cannot_be_believed_deletes_nobody(
    people: App, connector: Ghost, monkeypatch: Any, told: Any, error: type[Exception]
) -> None:
    add(people, 1)
    first = reading(connector, "members")
    people.clock.tick(DAY + 60)
    asked = connector._api.get
    monkeypatch.setattr(
        connector._api, "get", lambda path, *x: told if path == "/members/" else asked(path, *x)
    )
    with pytest.raises(error):
        reading(connector, "members", first)


def test_a_member_without_its_lists_is_a_fault_and_not_a_clear(people, connector) -> None:
    found = received_of({"id": "a", "email": "a@b.example", "labels": []})
    assert (found.contact, bool(found.fault)) == (None, True)
