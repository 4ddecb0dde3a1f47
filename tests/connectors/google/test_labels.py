"""Labels: contact groups of the users' own, by name, made on the fly, renamed by people."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.connector import Create, Received, Update, Written
from connectors.contact import Contact, Segment
from connectors.errors import Refused, TryAgain
from tests.connectors.conformance import marker, reading
from tests.connectors.google.partner import Book

LIST, LABELS, LABEL = "GET connections", "GET contactGroups", "POST contactGroups"
STARRED, MINE = "contactGroups/starred", "contactGroups/myContacts"


def labels(*names: str) -> frozenset[Segment]:
    return frozenset(Segment("label", name) for name in names)


def someone(book: Book, first: str = "Bob", *names: str) -> str:
    return book.add(Contact({"first_name": first}, labels(*names)))


def record(book: Book, connector: Any, id: str) -> Received:
    (found,) = connector.read(book.container, [id])
    return found


def create(first: str, *names: str) -> Create:
    return Create(marker(), {"first_name": first}, labels(*names))


def update(book: Book, connector: Any, id: str, **more: Any) -> Update:
    found = record(book, connector, id)
    return Update(found.id, found.version, found.raw, **more)


def segments(book: Book, connector: Any, id: str) -> frozenset[Segment]:
    return record(book, connector, id).contact.segments


def groups(book: Book, connector: Any, id: str) -> str:
    return record(book, connector, id).raw.decode()


def test_googles_own_groups_are_no_segments_and_are_left_alone(book, connector):
    bob = someone(book, "Bob", "VIP")
    book.hands.star(bob)
    assert segments(book, connector, bob) == labels("VIP")
    change = update(book, connector, bob, remove=labels("VIP", "starred"), add=labels("New"))
    (result,) = connector.write(book.container, [change])
    assert result.received.contact.segments == labels("New")
    assert STARRED in groups(book, connector, bob)
    assert MINE in groups(book, connector, bob)


def test_label_change_is_one_call_bound_to_the_record_it_was_made_for(book, connector):
    ids = [someone(book, f"N{n}", "Old") for n in range(30)]
    found = connector.read(book.container, ids)
    connector.catalogue(book.container)
    book.label("New")
    changes = [
        Update(x.id, x.version, x.raw, add=labels("New"), remove=labels("Old")) for x in found
    ]
    book.forget_calls()
    results = connector.write(book.container, changes)
    assert [result.received.contact.segments for result in results] == [labels("New")] * 30
    assert [call for call in book.calls if "ontact" in call and "Groups" not in call] == [
        "POST people:batchUpdateContacts"
    ]


def test_fields_and_labels_go_together(book, connector):
    bob = someone(book)
    book.label("VIP")
    change = update(book, connector, bob, fields={"notes": "new"}, add=labels("VIP"))
    connector.catalogue(book.container)
    book.forget_calls()
    (result,) = connector.write(book.container, [change])
    assert book.calls == ["PATCH {person}:updateContact"]
    assert result.received.contact == Contact({"first_name": "Bob", "notes": "new"}, labels("VIP"))


def test_new_label_is_made_once_for_all_who_get_it(book, connector):
    wanted = [
        Create(marker(), {"first_name": f"N{n}"}, labels("New", f"n{n % 2}")) for n in range(9)
    ]
    results = connector.write(book.container, wanted)
    assert {type(result) for result in results} == {Written}
    assert book.calls.count(LABEL) == 3
    assert sorted(book.hands.labels().values()) == ["New", "n0", "n1"]
    for n, result in enumerate(results):
        assert segments(book, connector, result.id) == labels("New", f"n{n % 2}")
        assert MINE in groups(book, connector, result.id)


def test_created_without_a_label_is_among_my_contacts(book, connector):
    (made,) = connector.write(book.container, [create("Bob")])
    assert MINE in groups(book, connector, made.id)


def test_label_that_somebody_makes_at_the_same_time_is_used(book, connector):
    connector.catalogue(book.container)  # knows none
    theirs = book.hands.add_label("VIP")
    (made,) = connector.write(book.container, [create("Bob", "vip")])
    assert list(book.hands.labels()) == [theirs]
    assert segments(book, connector, made.id) == labels("VIP")


@pytest.mark.parametrize("what", ["lost", "broken", "status", "dropped"])
def test_lost_answer_to_the_making_of_a_label_makes_no_second_one(book, connector, what):
    book.order(what, "contactGroups", method="POST", status=503)
    (made,) = connector.write(book.container, [create("Bob", "VIP")])
    assert list(book.hands.labels().values()) == ["VIP"]
    assert segments(book, connector, made.id) == labels("VIP")


def test_nothing_is_sent_of_a_batch_whose_labels_cannot_be_made(book, connector):
    book.order("status", "contactGroups", method="POST", times=-1, status=500)
    with pytest.raises(TryAgain):
        connector.write(book.container, [create("Ann"), create("Bob", "VIP")])
    assert book.hands.all() == {}


@pytest.mark.parametrize("name", ["", "  ", "starred"])
def test_label_that_google_does_not_take_is_refused_and_its_neighbour_written(
    book, connector, name
):
    results = connector.write(book.container, [create("Ann", name), create("Bob")])
    assert [type(result) for result in results] == [Refused, Written]


def test_other_kinds_of_segment_are_refused(book, connector):
    tagged = Create(marker(), {"first_name": "Ann"}, frozenset({Segment("tag", "VIP")}))
    (result,) = connector.write(book.container, [tagged])
    assert isinstance(result, Refused)
    bob = someone(book)
    change = update(book, connector, bob, add=frozenset({Segment("bucket", "VIP")}))
    (result,) = connector.write(book.container, [change])
    assert isinstance(result, Refused)


def test_last_label_of_a_contact_can_be_taken_off(book, connector):
    vip = book.label("VIP")
    bob = book.hands.add({"names": [{"givenName": "Bob"}]})
    book.hands.label(bob, vip)
    book.hands.unlabel(bob, MINE)
    change = update(book, connector, bob, remove=labels("VIP"))
    (result,) = connector.write(book.container, [change])
    assert isinstance(result, Written)
    assert segments(book, connector, bob) == frozenset()
    assert MINE in groups(book, connector, bob)


# --- Names over time ----------------------------------------------------------------------


def test_members_of_a_renamed_label_are_told_within_the_hour(book, connector):
    bob, eve = someone(book, "Bob", "Old"), someone(book, "Eve", "Other")
    first = reading(connector, book.container)
    book.hands.rename_label(book.label("Old"), "New")
    early = reading(book.connector(), book.container, first)
    assert early.received == {}
    book.clock.sleep(3600)
    late = reading(book.connector(), book.container, early)
    assert (list(late.received), late.present, late.complete) == ([bob], [eve], True)
    assert late.contacts[bob].segments == labels("New")
    book.forget_calls()
    assert reading(book.connector(), book.container, late).received == {}
    assert book.calls == [LIST]


def test_members_of_a_label_that_is_no_more_are_told(book, connector):
    bob = someone(book, "Bob", "Old")
    first = reading(connector, book.container)
    book.hands.delete_label(book.label("Old"))
    book.clock.sleep(3600)
    late = reading(book.connector(), book.container, first)
    assert late.contacts[bob].segments == frozenset()


def test_label_that_is_renamed_while_everything_is_listed_is_told_by_the_next_reading(book):
    for n in range(1001):
        someone(book, f"N{n}", "Old")
    connector = book.connector()
    pages = connector.changes(book.container, "", lambda ids: {})
    told = [next(pages)]
    book.hands.rename_label(book.label("Old"), "New")
    book.tag(book.hands.add({"names": [{"givenName": "Eve"}]}), Segment("label", "Another"))
    told += pages
    held = {item.id: item.version for page in told for item in page.received}
    book.clock.sleep(3600)
    later = reading(book.connector(), book.container, told[-1].ending.cursor, held)
    assert later.complete
    assert {item.segments for item in later.contacts.values()} >= {labels("New")}
    old = [x for page in told for x in page.received if labels("Old") == x.contact.segments]
    assert old
    assert {item.id for item in old} <= later.received.keys()


def test_label_that_is_not_known_yet_is_asked_for_once(book, connector):
    bob = someone(book)
    first = reading(connector, book.container)
    book.tag(bob, Segment("label", "New"))
    book.forget_calls()
    second = reading(connector, book.container, first)
    assert second.contacts[bob].segments == labels("New")
    assert book.calls == [LIST, LABELS]


def test_rename_that_the_catalogue_noticed_is_told_by_the_same_run(book):
    bob = someone(book, "Bob", "Old")
    first = reading(book.connector(), book.container)
    book.hands.rename_label(book.label("Old"), "New")
    connector = book.connector()
    assert connector.catalogue(book.container).segments == {"label": ("New",)}
    second = reading(connector, book.container, first)
    assert second.contacts[bob].segments == labels("New")


def test_label_is_looked_up_by_its_name_of_now(book, connector):
    bob = someone(book)
    first = reading(connector, book.container)
    old = book.hands.add_label("VIP")
    fresh = book.connector()
    second = reading(fresh, book.container, first)
    book.hands.rename_label(old, "Gold")
    found = record(book, fresh, bob)
    change = Update(found.id, found.version, found.raw, add=labels("VIP"))
    (result,) = fresh.write(book.container, [change])
    assert result.received.contact.segments == labels("VIP")
    assert sorted(book.hands.labels().values()) == ["Gold", "VIP"]
    assert second.complete is False


def test_many_labels_come_in_pages(book, connector):
    for n in range(1003):
        book.hands.add_label(f"Label {n}")
    assert len(connector.catalogue(book.container).segments["label"]) == 1003


def test_catalogue_tells_the_keys_in_use(book, connector):
    book.hands.add({"userDefined": [{"key": "Shoe size", "value": "41"}]})
    names = {field.name for field in connector.catalogue(book.container).fields}
    assert {"custom:Shoe size", "custom:events.anniversary", "full_name"} <= names
    book.forget_calls()
    first = reading(connector, book.container)
    bob = book.hands.add({"userDefined": [{"key": "Pet", "value": "Rex"}]})
    assert reading(connector, book.container, first).contacts[bob].get("custom:Pet") == "Rex"
    book.forget_calls()
    assert connector.catalogue(book.container).field("custom:Pet").writable
    assert book.calls == [LABELS]  # what was read since is known
