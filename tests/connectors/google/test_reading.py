"""What changed: tokens, tombstones, phantom changes, other names, capped lists."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from connectors.connector import Create, Received, Update
from connectors.contact import Contact, Entry, Segment
from connectors.errors import AskStaff, Gone, TryAgain
from connectors.google.connector import Google
from tests.connectors.conformance import ANN, Reading, marker, reading
from tests.connectors.google.partner import TOKEN, Book

LIST = "GET connections"
LABELS = "GET contactGroups"
DAY = 86_400


def read(connector: Any, since: Reading | str = "", **more: Any) -> Reading:
    return reading(connector, Book.container, since, **more)


def someone(book: Book, first: str = "Bob", **fields: Any) -> str:
    return book.add(Contact({"first_name": first, **fields}))


def cut(cursor: str, **members: Any) -> str:
    return json.dumps({**json.loads(cursor), **members})


# --- What a reading costs -----------------------------------------------------------------


def test_reading_without_changes_is_one_call_and_labels_are_asked_for_once_an_hour(book):
    someone(book)
    since = read(book.connector())
    costs = []
    for _ in range(26):
        book.clock.sleep(300)
        book.forget_calls()
        since = read(book.connector(), since)
        costs.append(book.calls)
        assert (since.received, since.gone) == ({}, [])
    assert costs.count([LIST]) == 24
    assert [n for n, calls in enumerate(costs) if calls == [LABELS, LIST]] == [11, 23]


def test_first_reading_is_a_page_a_thousand_contacts(book, connector):
    for n in range(1001):
        someone(book, f"N{n}")
    first = read(connector)
    assert book.calls == [LABELS, LIST, LIST]
    assert len(first.received) == 1001
    assert first.complete


def test_labels_that_the_catalogue_has_just_listed_are_not_asked_for_again(book, connector):
    connector.catalogue(book.container)
    book.forget_calls()
    read(connector)
    assert book.calls == [LIST]


def test_many_changes_come_over_several_pages_all_of_them(book, connector):
    since = read(connector)
    ids = [someone(book, f"N{n}") for n in range(1005)]
    book.forget_calls()
    assert sorted(read(connector, since).received) == sorted(ids)
    assert book.calls == [LIST, LIST]


# --- The token ----------------------------------------------------------------------------


def test_cursor_of_another_mask_reads_everything(book, connector):
    bob = someone(book)
    first = read(connector)
    again = read(connector, cut(first.cursor, listing="of an older version"))
    assert (list(again.received), again.complete) == ([bob], True)


@pytest.mark.parametrize("cursor", ["", "garbled", "[]", "null", "{}", '{"token": 7, "labels": 3}'])
def test_cursor_that_is_none_of_ours_reads_everything(book, connector, cursor):
    bob = someone(book)
    again = read(connector, cursor)
    assert (list(again.received), again.complete) == ([bob], True)


@pytest.mark.parametrize("status", [400, 410])
def test_ended_token_reads_everything(book, connector, status):
    bob, eve = someone(book), someone(book, "Eve")
    first = read(connector)
    book.delete(eve)
    book.change_quirks(token_days=1, expired_status=status)
    book.clock.sleep(2 * DAY)
    book.forget_calls()
    again = read(book.connector(), first)
    assert (again.present, again.received, again.gone, again.complete) == ([bob], {}, [eve], True)
    assert book.calls == [LABELS, LIST, LIST]
    assert read(book.connector(), again).complete is False


def test_token_that_google_does_not_know_reads_everything_once(book, connector):
    someone(book)
    first = read(connector)
    book.forget_calls()
    again = read(connector, cut(first.cursor, token="nonsense"))
    assert again.complete
    assert book.calls == [LIST, LIST]


def test_everything_is_read_again_before_the_sixth_day_by_the_cursors_own_clock(book, connector):
    """After another number of days for each account."""
    bob = someone(book)
    since = read(connector)
    complete = {}
    for day in range(1, 14):
        book.clock.sleep(DAY)
        since = read(book.connector(), since)
        complete[day] = since.complete
        assert since.received == {}
    days = [day for day, whole in complete.items() if whole]
    assert [later - earlier in (5, 6) for earlier, later in pairwise([0, *days])] == [True, True]
    assert since.versions.keys() == {bob}


def test_clock_that_was_set_back_reads_everything(book, connector):
    someone(book)
    first = read(connector)
    book.clock.sleep(-DAY)
    assert read(connector, first).complete


def test_listing_that_ends_without_a_token_is_no_reading(book, connector):
    """Nor one that is cut in the middle: nobody is concluded to be gone."""
    for n in range(1001):
        someone(book, f"N{n}")
    book.order("status", "connections", skip=1, times=-1, status=503)
    pages = []
    with pytest.raises(TryAgain):
        pages.extend(connector.changes(book.container, "", lambda ids: {}))
    assert not any(page.ending for page in pages)


def test_invalid_argument_without_a_token_is_for_staff(book, connector):
    book.order("status", "connections", status=400)
    with pytest.raises(AskStaff, match="list the contacts"):
        read(connector)


# --- Deletions ----------------------------------------------------------------------------


def test_tombstones_come_with_a_token_only(book, connector):
    bob, eve = someone(book), someone(book, "Eve")
    first = read(connector)
    book.delete(eve)
    second = read(connector, first)
    assert (second.gone, second.received, second.complete) == ([eve], {}, False)
    whole = read(connector)
    assert (whole.gone, list(whole.received)) == ([], [bob])


def test_restored_from_the_trash_is_there_again(book, connector):
    bob = someone(book)
    first = read(connector)
    book.delete(bob)
    second = read(connector, first)
    book.hands.restore(bob)
    third = read(connector, second)
    assert third.contacts[bob].fields == {"first_name": "Bob"}


def test_deleted_and_restored_between_two_readings_is_alive(book, connector):
    bob = someone(book)
    first = read(connector)
    book.delete(bob)
    book.hands.restore(bob)
    second = read(connector, first)
    assert (second.gone, second.versions.keys()) == ([], {bob})


# --- Changes that are none ----------------------------------------------------------------


@pytest.mark.parametrize("etag", [True, False])
def test_whole_book_told_as_changed_is_named_and_not_received(book, connector, etag):
    ids = [someone(book, f"N{n}", emails=(Entry(f"n{n}@x.example"),)) for n in range(5)]
    first = read(connector)
    book.hands.touch(etag=etag)
    second = read(connector, first)
    assert (second.received, sorted(second.present)) == ({}, sorted(ids))


def test_values_in_another_order_are_no_change(book, connector):
    book.change_quirks(shuffled=True)
    ann = book.add(Contact(ANN, frozenset({Segment("label", "A"), Segment("label", "B")})))
    first = read(connector)
    for _ in range(10):
        book.hands.touch()
        assert read(connector, first).present == [ann]


def test_foreign_part_that_changed_is_received_with_its_raw(book, connector):
    bob = someone(book)
    first = read(connector)
    book.hands.edit(bob, {"names": [{"givenName": "Bob", "phoneticGivenName": "Bobb"}]})
    second = read(connector, first)
    assert b"Bobb" in second.received[bob].raw


def test_edit_back_to_the_old_values_is_another_version(book, connector):
    """A mirror drops within the lag what looks like a version that it has overwritten."""
    bob = someone(book)
    first = read(connector)
    book.edit(bob, {"first_name": "Rob"})
    second = read(connector, first)
    book.edit(bob, {"first_name": "Bob"})
    third = read(connector, second)
    assert third.received[bob].version != first.received[bob].version


# --- Late listings ------------------------------------------------------------------------


def test_version_of_an_answer_is_that_of_the_listing_that_shows_it_at_last(book, connector):
    book.change_quirks(lag=600)
    bob = someone(book)
    book.wait()
    first = read(connector)
    change = Update(bob, first.received[bob].version, first.received[bob].raw, {"last_name": "J"})
    label = frozenset({Segment("label", "New")})
    create = Create(marker(), ANN, label)
    updated, made = connector.write(book.container, [change, create])
    early = read(connector, first)
    assert made.id not in early.received
    assert early.received.get(bob, first.received[bob]).version == first.received[bob].version
    book.wait()
    late = read(connector, early, known={})
    assert late.received[bob].version == updated.received.version
    assert late.received[made.id] == made.received
    known = {made.id: made.received.version, bob: updated.received.version}
    assert sorted(read(connector, early, known=known).present) == sorted([bob, made.id])


def test_direct_reading_is_not_late(book, connector):
    book.change_quirks(lag=600)
    (made,) = connector.write(book.container, [Create(marker(), {"first_name": "Bob"})])
    assert connector.read(book.container, [made.id]) == [made.received]


# --- Other names --------------------------------------------------------------------------


def test_contact_that_gets_a_profiles_name_is_told_with_its_former_one(book, connector):
    bob = someone(book, emails=(Entry("bob@x.example"),))
    first = read(connector)
    new = book.hands.link(bob, {"names": [{"givenName": "Robert"}]})
    assert new != bob
    second = read(connector, first)
    assert (list(second.received), second.gone) == ([new], [bob])
    assert second.received[new].absorbed == (bob,)
    assert second.contacts[new].text("first_name") == "Bob"


def test_contact_under_another_name_is_gone_under_the_old_one(book, connector):
    bob, eve = someone(book), someone(book, "Eve")
    new = book.hands.link(bob, {})
    answers = connector.read(book.container, [bob, eve, new])
    assert [type(answer) for answer in answers] == [Gone, Received, Received]
    assert isinstance(connector.read(book.container, [bob])[0], Gone)


def test_change_under_the_old_name_is_answered_with_the_new_one(book, connector):
    bob = someone(book)
    new = book.hands.link(bob, {})
    (fresh,) = connector.read(book.container, [new])
    change = Update(bob, fresh.version, fresh.raw, {"last_name": "Jones"})
    (result,) = connector.write(book.container, [change])
    assert (result.id, result.received.id, result.received.absorbed) == (new, new, (bob,))


# --- Capped lists -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["emails", "phones"])
def test_contact_listed_with_a_hundred_is_read_directly(book, connector, name):
    values = tuple(Entry(f"{n}@x.example") for n in range(130))
    ann = book.add(Contact({"first_name": "Ann", name: values}))
    first = read(connector)
    assert len(first.contacts[ann].get(name)) == 130
    assert len(book.calls) == 3  # labels, the list, and the contact
    book.hands.touch()
    assert read(connector, first).present == [ann]
    one_more = (*first.contacts[ann].get(name), Entry("new@x.example"))
    change = Update(ann, "", first.received[ann].raw, {name: one_more})
    connector.write(book.container, [change])
    member = {"emails": "emailAddresses", "phones": "phoneNumbers"}[name]
    assert len(book.hands.get(ann)[member]) == 131


def test_contact_with_99_is_not(book, connector):
    values = tuple(Entry(f"{n}@x.example") for n in range(99))
    book.add(Contact({"emails": values}))
    read(connector)
    assert book.calls == [LABELS, LIST]


# --- Reading directly ---------------------------------------------------------------------


def test_many_are_read_fifty_at_a_time_and_one_by_itself(book, connector):
    ids = [someone(book, f"N{n}") for n in range(120)]
    read(connector)
    book.forget_calls()
    answers = connector.read(book.container, [*ids[:60], "people/c404", *ids[60:]])
    assert [answer.id for answer in answers if isinstance(answer, Received)] == ids
    assert isinstance(answers[60], Gone)
    assert len(book.calls) == 3
    book.forget_calls()
    connector.read(book.container, ids[:1])
    assert len(book.calls) == 1
    assert connector.read(book.container, []) == []


def test_page_that_is_no_answer_of_google_does_not_make_anybody_gone(book, connector):
    """A proxy, or a wrong address in the settings, answers 404 to everything."""
    bob = someone(book)
    address = f"{book.world.settings['GOOGLE_API_URL']}/elsewhere"
    settings = {**book.world.settings, "GOOGLE_API_URL": address}
    wrong = Google({"access_token": TOKEN}, replace(book.world, settings=settings))
    with pytest.raises(AskStaff, match="address of the People API"):
        wrong.read(book.container, [bob])
    with pytest.raises(AskStaff, match="address of the People API"):
        read(wrong)
