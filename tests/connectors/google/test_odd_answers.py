"""Answers that Google should not give: none of them loses a contact or makes one twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from connectors.connector import Create, Received, Update, Written
from connectors.contact import Contact
from connectors.errors import AskStaff, Gone, TryAgain, Unanswered
from connectors.google.connector import Google
from tests.connectors.conformance import marker, reading
from tests.connectors.google.partner import TOKEN, Book
from tests.connectors.wire import ORIGIN, Wired

#: What becomes of an answer: status and parsed body.
Twist = Callable[[int, Any], tuple[int, Any]]


def twisted(book: Book, path: str, *twists: Twist) -> Google:
    """The stand-in, whose answers at this path are twisted, one after another."""
    left = list(twists)

    def application(environ: Any, start_response: Any) -> Sequence[bytes]:
        if not environ["PATH_INFO"].endswith(path) or not left:
            return book.sandbox(environ, start_response)
        started: list[Any] = []
        body = b"".join(book.sandbox(environ, lambda *given: started.append(given)))
        status, data = left.pop(0)(int(started[0][0].split()[0]), json.loads(body))
        start_response(f"{status} OK", [("Content-Type", "application/json")])
        return [json.dumps(data).encode()]

    wires = {ORIGIN: Wired(application)}
    return Google({"access_token": TOKEN}, replace(book.world, wires=wires))


def puts(**members: Any) -> Twist:
    return lambda status, data: (status, {**data, **members})


def someone(book: Book, first: str = "Bob") -> str:
    return book.add(Contact({"first_name": first}))


def creates(count: int) -> list[Create]:
    return [Create(marker(), {"first_name": f"N{n}"}) for n in range(count)]


@pytest.mark.parametrize("value", [None, {}, "x", 7, [None], [7, "x", {}], [{"names": 1}]])
def test_people_that_are_none_make_no_complete_reading(book, value):
    someone(book)
    connector = twisted(book, "connections", puts(connections=value))
    found = reading(connector, book.container)
    assert (found.received, found.complete) == ({}, False)


def test_listing_that_is_shorter_than_google_says_is_not_complete(book):
    bob, _eve = someone(book), someone(book, "Eve")

    def short(status: int, data: Any) -> tuple[int, Any]:
        return status, {**data, "connections": data["connections"][:1], "totalItems": 2}

    found = reading(twisted(book, "connections", short), book.container)
    assert (list(found.received), found.complete) == ([bob], False)


@pytest.mark.parametrize("token", [None, "", 0])
def test_listing_without_a_sync_token_is_no_reading(book, token):
    someone(book)
    connector = twisted(book, "connections", puts(nextSyncToken=token))
    with pytest.raises(TryAgain, match="broke off"):
        reading(connector, book.container)


def test_changes_without_a_new_token_go_on_from_the_old_one(book, connector):
    first = reading(connector, book.container)
    second = reading(twisted(book, "connections", puts(nextSyncToken=None)), book.container, first)
    assert json.loads(second.cursor)["token"] == json.loads(first.cursor)["token"]
    bob = someone(book)
    assert list(reading(connector, book.container, second).received) == [bob]


def test_page_that_comes_again_and_again_ends(book):
    someone(book)
    twist = puts(nextPageToken="again")

    def same(status: int, data: Any) -> tuple[int, Any]:
        return 200, {"connections": [], "nextPageToken": "again"}

    with pytest.raises(TryAgain, match="over and over"):
        reading(twisted(book, "connections", twist, same), book.container)


@pytest.mark.parametrize("body", [None, [], 7, "x"])
def test_listing_that_is_no_object_is_no_reading(book, body):
    connector = twisted(book, "connections", lambda status, data: (200, body))
    with pytest.raises(TryAgain):
        reading(connector, book.container)


def test_contact_that_comes_twice_in_a_listing_is_told_once(book):
    bob = someone(book)
    people: list[Any] = []

    def first(status: int, data: Any) -> tuple[int, Any]:
        people.extend(data["connections"])
        return status, {"connections": [*people, *people], "nextPageToken": "2"}

    def second(status: int, data: Any) -> tuple[int, Any]:
        return 200, {"connections": people, "nextSyncToken": "t", "totalItems": 1}

    found = reading(twisted(book, "connections", first, second), book.container)
    assert (list(found.received), found.complete) == ([bob], True)


@pytest.mark.parametrize("responses", [None, [], [None, 7], [{}], [{"person": {}}, {"status": 3}]])
def test_contact_of_which_a_batch_says_nothing_is_read_by_itself(book, responses):
    ids = [someone(book), someone(book, "Eve")]
    connector = twisted(book, ":batchGet", puts(responses=responses))
    assert [item.id for item in connector.read(book.container, ids)] == ids


def test_missing_contact_is_only_missing_where_google_says_so(book):
    ids = [someone(book), someone(book, "Eve")]
    responses = [
        {"requestedResourceName": ids[0], "status": {"code": 5, "message": "Not found."}},
        {"requestedResourceName": ids[1], "status": {"code": 13}, "httpStatusCode": 500},
    ]
    connector = twisted(book, ":batchGet", puts(responses=responses))
    assert [type(item) for item in connector.read(book.container, ids)] == [Gone, Received]


@pytest.mark.parametrize("people", [None, [], {}, [None], 7])
def test_creations_of_which_the_answer_says_nothing_are_unknown(book, people):
    wanted = creates(7)
    connector = twisted(book, ":batchCreateContacts", puts(createdPeople=people))
    results = connector.write(book.container, wanted)
    assert {type(result) for result in results} == {Unanswered}
    assert connector.find_marker(book.container, wanted[0].marker) is not None
    assert len(book.hands.all()) == 7


def test_creation_that_failed_within_a_batch_is_made_by_itself(book):
    """One error among the answers that says of nobody whose it is."""
    wanted = creates(7)

    def failed(status: int, data: Any) -> tuple[int, Any]:
        made = data["createdPeople"]
        book.delete(made[3]["person"]["resourceName"])
        made[3] = {"status": {"code": 13, "message": "Internal error."}, "httpStatusCode": 500}
        return status, {"createdPeople": made[::-1]}

    results = twisted(book, ":batchCreateContacts", failed).write(book.container, wanted)
    assert {type(result) for result in results} == {Written}
    names = [result.received.contact.text("first_name") for result in results]
    assert names == [f"N{n}" for n in range(7)]
    assert len(book.hands.all()) == 7


@pytest.mark.parametrize("answer", [{}, None, {"resourceName": 7}, []])
def test_creation_whose_answer_names_nobody_is_unknown(book, answer):
    connector = twisted(book, ":createContact", lambda status, data: (200, answer))
    (result,) = connector.write(book.container, creates(1))
    assert isinstance(result, Unanswered)


@pytest.mark.parametrize("told", [None, {}, [], {"people/c1": 7}])
def test_changes_of_which_the_answer_says_nothing_are_unknown(book, connector, told):
    ids = [someone(book, f"N{n}") for n in range(7)]
    changes = [
        Update(x.id, x.version, x.raw, {"notes": "n"}) for x in connector.read(book.container, ids)
    ]
    odd = twisted(book, ":batchUpdateContacts", puts(updateResult=told))
    assert {type(result) for result in odd.write(book.container, changes)} == {Unanswered}


def test_each_change_of_a_batch_gets_the_result_that_is_told_of_it(book, connector):
    ids = [someone(book, f"N{n}") for n in range(7)]
    changes = [
        Update(x.id, x.version, x.raw, {"notes": "n"}) for x in connector.read(book.container, ids)
    ]

    def mixed(status: int, data: Any) -> tuple[int, Any]:
        told = data["updateResult"]
        told[ids[1]] = {"status": {"code": 5}, "httpStatusCode": 404}
        told[ids[2]] = {"status": {"code": 3, "message": "Invalid."}, "httpStatusCode": 400}
        told["people/c9"] = {**told.pop(ids[3]), "requestedResourceName": ids[3]}
        return status, {"updateResult": told}

    odd = twisted(book, ":batchUpdateContacts", mixed)
    kinds = [type(result).__name__ for result in odd.write(book.container, changes)]
    assert kinds == ["Written", "Gone", "Refused", "Written", "Written", "Written", "Written"]


@pytest.mark.parametrize("groups", [None, {}, 7, [None], [{"name": "x"}], [{"resourceName": 7}]])
def test_labels_that_are_none_leave_contacts_without(book, groups):
    someone(book)
    connector = twisted(book, "contactGroups", *[puts(contactGroups=groups)] * 3)
    assert connector.catalogue(book.container).segments == {"label": ()}
    (found,) = reading(connector, book.container).contacts.values()
    assert found == Contact({"first_name": "Bob"})


@pytest.mark.parametrize("me", [{}, {"metadata": 7}, {"metadata": {"sources": [None]}}, []])
def test_account_that_is_nobody_is_for_staff(book, me):
    connector = twisted(book, "people/me", lambda status, data: (200, me))
    with pytest.raises((AskStaff, TryAgain)):
        connector.identity()
