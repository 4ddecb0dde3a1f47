"""Writing members: what is refused and in which words, and what a write leaves alone."""

from __future__ import annotations

import json

import pytest

from connectors.connector import Create, Update, Written
from connectors.contact import Contact, Segment
from connectors.errors import Changed, Refused, Unanswered
from connectors.ghost.connector import Ghost

ANN = {"full_name": "Ann Maes", "emails": "ann@people.example"}


def write(connector: Ghost, *writes: Create | Update):
    return connector.write("members", writes)


def update(connector: Ghost, id: str, **fields: str) -> Update:
    (record,) = connector.read("members", [id])
    return Update(id, record.version, record.raw, fields)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"notes": "x" * 2001}, "Notes has 2001 characters; Ghost takes 2000."),
        ({"full_name": "x" * 192}, "Full name has 192 characters"),
        ({"full_name": ",Ann"}, "begins with a comma"),
        ({"emails": ""}, "needs an e-mail address"),
        ({"emails": "no address"}, "what the contact has in: E-mail address"),
        ({"company": "Maes"}, "cannot be written in Ghost"),
    ],
)
def test_what_ghost_has_no_place_for_is_refused_by_name(people, connector, fields, words) -> None:
    id = people.add(Contact(ANN))
    made, changed = write(
        connector,
        Create("m", {"emails": "bob@people.example", **fields}, status="subscribed"),
        update(connector, id, **fields),
    )
    for result in (made, changed):
        assert isinstance(result, Refused) and words in str(result)
    assert people.hands.get(id)["name"] == "Ann Maes"
    assert len(people.hands.all()) == 1


def test_another_member_s_address_is_named_as_the_reason(people, connector) -> None:
    people.add(Contact(ANN))
    bob = people.add(Contact({"emails": "bob@people.example"}))
    (result,) = write(connector, update(connector, bob, emails="ann@people.example"))
    assert isinstance(result, Refused)
    assert "Another member of the site has this e-mail address." in str(result)
    assert "ann@people.example" not in str(result)


def test_a_label_that_was_put_on_meanwhile_is_not_lost(people, connector) -> None:
    """All labels are written at once, so the write is planned anew."""
    id = people.add(Contact(ANN, frozenset({Segment("label", "Old")})))
    planned = update(connector, id)
    people.tag(id, Segment("label", "Meanwhile"))
    wanted = Update(id, planned.version, planned.raw, add=frozenset({Segment("label", "New")}))
    assert isinstance(write(connector, wanted)[0], Changed)
    planned = update(connector, id)
    wanted = Update(id, planned.version, planned.raw, add=frozenset({Segment("label", "New")}))
    assert isinstance(write(connector, wanted)[0], Written)
    names = [label["name"] for label in people.hands.get(id)["labels"]]
    assert sorted(names) == ["Meanwhile", "New", "Old"]


def test_a_write_leaves_newsletters_as_the_person_chose(people, connector) -> None:
    weekly = people.hands.add_newsletter("Weekly")
    id = people.add(Contact(ANN))
    people.hands.unsubscribe(id, weekly)
    (result,) = write(connector, update(connector, id, full_name="Ann Claes"))
    assert [x["name"] for x in people.hands.get(id)["newsletters"]] == ["Harbour"]
    assert result.received.contact.status == "subscribed"


def test_new_members_get_what_the_site_gives_to_newcomers(people, connector) -> None:
    people.hands.add_newsletter("For few", subscribe_on_signup=False)
    (result,) = write(connector, Create("m", ANN, status="subscribed"))
    assert [x["name"] for x in people.hands.get(result.id)["newsletters"]] == ["Harbour"]


def test_nobody_is_made_subscribed_to_nothing(people, connector) -> None:
    for id in people.hands.newsletters():
        people.hands.change_newsletter(id, subscribe_on_signup=False)
    (result,) = write(connector, Create("m", ANN, status="subscribed"))
    assert isinstance(result, Refused) and "no newsletter" in str(result)
    assert people.hands.all() == {}
    (result,) = write(connector, Create("m", ANN, status="unsubscribed"))
    assert isinstance(result, Written)


def test_a_creation_whose_answer_was_lost_is_adopted(people, connector) -> None:
    people.fail(what="lost", method="POST")
    (result,) = write(connector, Create("m", ANN, status="subscribed"))
    assert isinstance(result, Unanswered)
    (result,) = write(connector, Create("m", ANN, status="subscribed"))
    assert (result.adopted, list(people.hands.all())) == (True, [result.id])


def test_an_address_with_signs_of_the_filter_language_is_found(people, connector) -> None:
    odd = "o'brien+a,(b)@people.example"
    id = people.add(Contact({"emails": "o'brien@people.example"}))
    fields = {"emails": "o'brien@people.example"}
    (result,) = write(connector, Create("m", fields, status="subscribed"))
    assert (result.id, result.adopted) == (id, True)
    (result,) = write(connector, Create("m", {"emails": odd}, status="subscribed"))
    assert isinstance(result, Refused)


def test_what_is_kept_of_a_member_holds_no_links_with_secrets(people, connector) -> None:
    id = people.add(Contact(ANN))
    (record,) = connector.read("members", [id])
    assert "unsubscribe_url" in people.hands.get(id)
    assert "unsubscribe_url" not in json.loads(record.raw)
    assert b"key=" not in record.raw
