"""Creates and changes: batches by mask, bad neighbours, records that moved on."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.connector import Create, Delete, Received, Update, Written
from connectors.contact import Contact, Entry, Segment
from connectors.errors import Changed, Gone, Refused, TryAgain, Unanswered
from tests.connectors.conformance import ANN, marker, reading
from tests.connectors.google.partner import Book

CREATE, CREATES = "POST people:createContact", "POST people:batchCreateContacts"
CHANGES = "POST people:batchUpdateContacts"
LIST = "GET connections"
CHANGE = "PATCH {person}:updateContact"


def someone(book: Book, first: str = "Bob", **fields: Any) -> str:
    return book.add(Contact({"first_name": first, **fields}))


def several(book: Book, count: int) -> list[str]:
    return [someone(book, f"N{n}") for n in range(count)]


def records(book: Book, connector: Any, ids: list[str]) -> list[Received]:
    found = connector.read(book.container, ids)
    book.forget_calls()
    return found


def updates(book: Book, connector: Any, ids: list[str], **fields: Any) -> list[Update]:
    found = records(book, connector, ids)
    return [Update(item.id, item.version, item.raw, fields) for item in found]


def creates(count: int) -> list[Create]:
    return [Create(marker(), {"first_name": f"N{n}"}) for n in range(count)]


def write(book: Book, connector: Any, writes: list[Any]) -> list[Any]:
    results = connector.write(book.container, writes)
    assert len(results) == len(writes)
    return results


def kinds(results: list[Any]) -> set[type]:
    return {type(result) for result in results}


def first_names(book: Book) -> list[str]:
    found = [record["names"][0]["givenName"] for record in book.hands.all().values()]
    return sorted(found)


# --- What it costs ------------------------------------------------------------------------


def test_thousand_creations_are_five_calls(book, connector):
    wanted = creates(1000)
    book.forget_calls()
    for start in range(0, 1000, connector.capabilities.batch):
        results = write(book, connector, wanted[start : start + 200])
        assert kinds(results) == {Written}
        assert [result.received.contact.text("first_name") for result in results] == [
            f"N{n}" for n in range(start, start + 200)
        ]
    changes = [call for call in book.calls if not call.startswith("GET")]
    assert changes == [CREATES] * 5
    assert len(book.hands.all()) == 1000


def test_fifty_changes_of_one_mask_are_one_call(book, connector):
    wanted = updates(book, connector, several(book, 50), notes="new")
    results = write(book, connector, wanted)
    assert kinds(results) == {Written}
    assert book.calls == [CHANGES]
    assert {result.received.contact.text("notes") for result in results} == {"new"}


def test_changes_go_by_mask_and_a_few_go_singly(book, connector):
    ids = several(book, 17)
    parts = [
        updates(book, connector, ids[:10], notes="new"),
        updates(book, connector, ids[10:15], company="New"),
        updates(book, connector, ids[15:], company="New", notes="new"),
    ]
    mixed = [*parts[2], *parts[0][:5], *parts[1], *parts[0][5:]]
    book.forget_calls()
    assert kinds(write(book, connector, mixed)) == {Written}
    assert sorted(book.calls) == sorted([CHANGES, *[CHANGE] * 7])


@pytest.mark.parametrize(("count", "calls"), [(5, [CREATE] * 5), (6, [CREATES])])
def test_batch_is_taken_where_it_costs_no_more_than_single_calls(book, connector, count, calls):
    connector.catalogue(book.container)
    book.forget_calls()
    write(book, connector, creates(count))
    assert book.calls == calls


def test_change_of_nothing_costs_nothing(book, connector):
    bob = someone(book)
    (change,) = updates(book, connector, [bob], first_name="Bob")
    assert write(book, connector, [change]) == [Written(bob, None)]
    assert book.calls == []


# --- What is there afterwards -------------------------------------------------------------


def test_answers_in_any_order_are_told_apart_by_their_markers(book, connector):
    book.change_quirks(shuffled=True)
    wanted = creates(40)
    results = write(book, connector, wanted)
    names = [result.received.contact.text("first_name") for result in results]
    assert names == [f"N{n}" for n in range(40)]
    for create, result in zip(wanted, results, strict=True):
        assert connector.find_marker(book.container, create.marker).id == result.id


def test_what_others_keep_in_a_contact_survives_its_change(book, connector):
    foreign = {
        "names": [{"givenName": "Ann", "phoneticGivenName": "Anne"}],
        "emailAddresses": [{"value": "a@x.example", "displayName": "A"}],
        "organizations": [{"name": "One"}, {"name": "Two", "symbol": "TWO"}],
        "clientData": [{"key": "other-app", "value": "7"}],
        "imClients": [{"username": "ann", "protocol": "jabber"}],
        "genders": [{"value": "female"}],
        "userDefined": [{"key": "Pet", "value": "Rex"}],
    }
    ann = book.hands.add(foreign)
    book.hands.star(ann)
    (change,) = updates(
        book,
        connector,
        [ann],
        last_name="Smith",
        company="New",
        emails=(Entry("a@x.example", "", True), Entry("b@x.example")),
        **{"custom:Shoe size": "41"},
    )
    labelled = Update(change.id, change.version, change.raw, change.fields, frozenset({VIP}))
    (result,) = write(book, connector, [labelled])
    assert isinstance(result, Written)
    kept = book.hands.get(ann)
    assert kept["names"][0]["phoneticGivenName"] == "Anne"
    assert kept["emailAddresses"][0]["displayName"] == "A"
    assert [item.get("symbol") for item in kept["organizations"]] == [None, "TWO"]
    assert kept["clientData"][0]["key"] == "other-app"
    assert (kept["imClients"][0]["username"], kept["genders"][0]["value"]) == ("ann", "female")
    assert [item["key"] for item in kept["userDefined"]] == ["Pet", "Shoe size"]
    assert b"contactGroups/starred" in connector.read(book.container, [ann])[0].raw


VIP = Segment("label", "VIP")


# --- Bad neighbours -----------------------------------------------------------------------


@pytest.mark.parametrize("all_or_nothing", [True, False])
@pytest.mark.parametrize("count", [7, 40])
def test_refused_creation_leaves_its_neighbours_alone(book, connector, all_or_nothing, count):
    book.change_quirks(all_or_nothing=all_or_nothing, most_fields=3)
    fat = tuple(Entry(f"{n}@x.example") for n in range(9))
    bad = Create(marker(), {"first_name": "Bad", "emails": fat})
    wanted = [*creates(count), bad]
    results = write(book, connector, wanted)
    assert kinds(results[:-1]) == {Written}
    assert isinstance(results[-1], Refused)
    assert first_names(book) == sorted(f"N{n}" for n in range(count))


@pytest.mark.parametrize("all_or_nothing", [True, False])
def test_refused_change_leaves_its_neighbours_alone(book, connector, all_or_nothing):
    ids = several(book, 30)
    wanted = updates(book, connector, ids, notes="new")
    (bad,) = updates(book, connector, ids[7:8], notes="x" * 200)
    book.change_quirks(all_or_nothing=all_or_nothing, most_bytes=300)
    wanted[7] = bad
    results = write(book, connector, wanted)
    assert isinstance(results[7], Refused)
    assert kinds(results[:7] + results[8:]) == {Written}
    noted = [id for id, record in book.hands.all().items() if "biographies" in record]
    assert sorted(noted) == sorted(set(ids) - {ids[7]})


@pytest.mark.parametrize("all_or_nothing", [True, False])
def test_missing_contact_leaves_its_neighbours_alone(book, connector, all_or_nothing):
    ids = several(book, 30)
    wanted = updates(book, connector, ids, notes="new")
    book.change_quirks(all_or_nothing=all_or_nothing)
    for place in (3, 20):
        book.delete(ids[place])
    results = write(book, connector, wanted)
    assert [place for place, x in enumerate(results) if isinstance(x, Gone)] == [3, 20]
    assert [place for place, x in enumerate(results) if not isinstance(x, Written)] == [3, 20]


@pytest.mark.parametrize("status", [400, 403])
def test_full_account_refuses_creations_at_once_and_tells_why(book, connector, status):
    book.change_quirks(most_contacts=10, overflow_status=status)
    results = write(book, connector, creates(40))
    assert kinds(results) == {Refused}
    assert "full" in str(results[0])
    assert "trash" in str(results[0])
    assert book.calls.count(CREATES) == 1
    assert CREATE not in book.calls


def test_too_long_value_is_refused_by_name_before_anything_is_sent(book, connector):
    bad = Create(marker(), {"first_name": "Bob", "company": "x" * 1025})
    results = write(book, connector, [bad, *creates(1)])
    assert [type(result) for result in results] == [Refused, Written]
    assert "Company" in str(results[0])
    assert book.calls.count(CREATE) == 1


def test_refusal_tells_nothing_of_the_contact(book, connector):
    book.change_quirks(most_fields=1)
    secret = Create(marker(), {"emails": (Entry("a@secret.example"), Entry("b@secret.example"))})
    (result,) = write(book, connector, [secret])
    assert isinstance(result, Refused)
    assert "secret" not in str(result)


# --- Records that moved on ----------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 30])
def test_contact_that_only_google_counts_as_changed_is_merged_anew(book, connector, count):
    ids = several(book, count)
    wanted = updates(book, connector, ids, notes="new")
    book.hands.touch()
    results = write(book, connector, wanted)
    assert kinds(results) == {Written}
    assert {book.hands.get(id)["biographies"][0]["value"] for id in ids} == {"new"}


@pytest.mark.parametrize("count", [1, 30])
def test_foreign_part_that_changed_meanwhile_survives_the_merge(book, connector, count):
    ids = several(book, count)
    wanted = updates(book, connector, ids, last_name="Jones")
    for id in ids:
        names = book.hands.get(id)["names"]
        book.hands.edit(id, {"names": [{**names[0], "phoneticGivenName": "Enn"}]})
    assert kinds(write(book, connector, wanted)) == {Written}
    for id in ids:
        (name,) = book.hands.get(id)["names"]
        assert (name["familyName"], name["phoneticGivenName"]) == ("Jones", "Enn")


@pytest.mark.parametrize("edited", [{"notes": "theirs"}, {"company": "Theirs"}])
@pytest.mark.parametrize("all_or_nothing", [True, False])
def test_contact_that_shows_something_else_is_changed_and_its_neighbours_are_written(
    book, connector, edited, all_or_nothing
):
    ids = several(book, 30)
    wanted = updates(book, connector, ids, notes="ours")
    book.change_quirks(all_or_nothing=all_or_nothing)
    for place in (4, 29):
        book.edit(ids[place], edited)
    results = write(book, connector, wanted)
    assert [place for place, x in enumerate(results) if isinstance(x, Changed)] == [4, 29]
    assert [place for place, x in enumerate(results) if not isinstance(x, Written)] == [4, 29]
    (left,) = connector.read(book.container, [ids[4]])
    assert left.contact.fields == {"first_name": "N4", **edited}


def test_label_that_somebody_put_on_meanwhile_is_a_change(book, connector):
    bob = someone(book)
    wanted = updates(book, connector, [bob], notes="new")
    book.tag(bob, VIP)
    assert kinds(write(book, connector, wanted)) == {Changed}
    assert "biographies" not in book.hands.get(bob)


def test_old_etag_from_a_direct_reading_ends_after_one_more_try(book, connector):
    """googleapis/google-api-python-client#2417: what is read right after a change is old."""
    bob = someone(book)
    book.clock.sleep(1000)
    wanted = updates(book, connector, [bob], notes="new")
    book.change_quirks(get_lag=300)
    book.hands.touch()
    assert kinds(write(book, connector, wanted)) == {Changed}
    assert book.calls.count(CHANGE) == 2
    book.clock.sleep(300)
    assert kinds(write(book, connector, updates(book, connector, [bob], notes="new"))) == {Written}


def test_two_changes_of_one_contact_do_not_get_lost_in_a_batch(book, connector):
    ids = several(book, 8)
    first = updates(book, connector, ids, notes="one")
    second = updates(book, connector, ids[:1], notes="two")
    results = write(book, connector, [*first, *second])
    assert kinds(results[:-1]) == {Written}
    assert isinstance(results[-1], Changed)


def test_record_that_nobody_has_read_is_not_written(book, connector):
    bob = someone(book)
    results = write(book, connector, [Update(bob, "", b"", {"notes": "new"})])
    assert kinds(results) == {Changed}


def test_profile_is_not_written(book, connector):
    raw = b'{"resourceName": "people/1", "metadata": {"sources": [{"type": "PROFILE"}]}}'
    assert kinds(write(book, connector, [Update("people/1", "", raw, {"notes": "n"})])) == {Refused}


# --- Deleting -----------------------------------------------------------------------------


def test_deletion_looks_first_and_minds_no_phantom_change(book, connector):
    bob = someone(book)
    (record,) = records(book, connector, [bob])
    book.hands.touch()
    assert write(book, connector, [Delete(bob, record.version)]) == [Written(bob, None)]
    assert book.calls[-1].startswith("DELETE")
    assert book.hands.all() == {}
    assert kinds(write(book, connector, [Delete(bob, record.version)])) == {Gone}


# --- Lost answers -------------------------------------------------------------------------

LOST = [("lost", 0), ("broken", 200), ("broken", 500), ("status", 503), ("status", 500)]


@pytest.mark.parametrize(("what", "status"), LOST)
@pytest.mark.parametrize("count", [1, 30])
def test_lost_answer_to_creations_is_known_to_be_lost(book, connector, what, status, count):
    wanted = creates(count)
    book.order(what, "reateContact", method="POST", status=status)
    results = write(book, connector, wanted)
    assert kinds(results) == {Unanswered}
    assert len(book.hands.all()) == (0 if what == "status" else count)
    fresh = book.connector()
    made = [fresh.find_marker(book.container, create.marker) for create in wanted]
    if what == "status":
        assert made == [None] * count
    else:
        assert sorted(item.id for item in made) == sorted(book.hands.all())
    fresh.close()


@pytest.mark.parametrize(("what", "status"), LOST)
@pytest.mark.parametrize("count", [1, 30])
def test_lost_answer_to_changes_is_known_to_be_lost(book, connector, what, status, count):
    wanted = updates(book, connector, several(book, count), notes="new")
    book.order(what, "pdateContact", status=status)
    assert kinds(write(book, connector, wanted)) == {Unanswered}
    changed = [record for record in book.hands.all().values() if "biographies" in record]
    assert len(changed) == (0 if what == "status" else count)


@pytest.mark.parametrize(("what", "status"), LOST)
def test_lost_answer_to_a_deletion_is_known_to_be_lost(book, connector, what, status):
    bob = someone(book)
    (record,) = records(book, connector, [bob])
    book.order(what, "deleteContact", status=status)
    assert kinds(write(book, connector, [Delete(bob, record.version)])) == {Unanswered}
    assert (book.hands.get(bob) is None) == (what != "status")


def test_lost_answer_concerns_its_own_writes_only(book, connector):
    batch = updates(book, connector, several(book, 10), notes="new")
    single = updates(book, connector, [someone(book)], company="New")
    book.order("lost", "batchUpdate")
    results = write(book, connector, [*batch, *single, *creates(1)])
    assert kinds(results[:10]) == {Unanswered}
    assert kinds(results[10:]) == {Written}


def test_marker_is_found_after_a_lost_answer_though_it_was_looked_for_before(book, connector):
    (create,) = creates(1)
    assert connector.find_marker(book.container, create.marker) is None
    book.order("lost", "createContact")
    write(book, connector, [create])
    assert connector.find_marker(book.container, create.marker) is not None


def test_markers_are_looked_for_once_for_all(book, connector):
    wanted = creates(30)
    book.order("lost", "batchCreateContacts")
    write(book, connector, wanted)
    book.forget_calls()
    fresh = book.connector()
    for create in wanted:
        assert fresh.find_marker(book.container, create.marker)
    assert book.calls.count(LIST) == 1
    fresh.close()


def test_google_that_does_not_answer_is_left_in_peace(book, connector):
    book.order("lost", "createContact", times=-1)
    results = write(book, connector, creates(5))
    assert [type(result) for result in results] == [Unanswered, Unanswered, *[TryAgain] * 3]
    assert len(book.hands.all()) == 2


def test_dropped_connection_before_anything_was_sent(book, connector):
    book.order("dropped", "createContact", times=-1)
    results = write(book, connector, creates(1))
    assert kinds(results) <= {Unanswered, TryAgain}
    assert book.hands.all() == {}


def test_creations_are_not_sent_again_unseen_after_a_refused_batch(book, connector):
    """Where it cannot be seen which of them were made, that is what is said."""
    book.change_quirks(all_or_nothing=False, most_fields=3)
    fat = tuple(Entry(f"{n}@x.example") for n in range(9))
    bad = Create(marker(), {"first_name": "Bad", "emails": fat})
    book.order("status", "connections", times=-1, status=500)
    results = write(book, connector, [*creates(10), bad])
    assert kinds(results[:-1]) == {Unanswered}
    assert isinstance(results[-1], Refused)
    assert len(book.hands.all()) == 10


def test_all_that_was_written_is_what_a_reading_shows(book, connector):
    first = reading(connector, book.container)
    wanted = [Create(marker(), {**ANN, "first_name": f"N{n}"}) for n in range(12)]
    made = write(book, connector, wanted)
    second = reading(connector, book.container, first)
    assert {result.id: result.received for result in made} == second.received
