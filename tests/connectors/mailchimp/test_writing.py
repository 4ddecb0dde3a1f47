"""Changing and archiving members: what is sent, what is refused, what a lost answer leaves."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from connectors.connector import Delete, Received, Update, Written
from connectors.contact import Address, Contact, Entry, Segment
from connectors.errors import AskStaff, Changed, Gone, Refused, TryAgain, Unanswered
from connectors.sandbox.faults import Fault
from tests.connectors.mailchimp.partner import App

LOOK, PATCH, TAGS = (
    "GET /members/{member}",
    "PATCH /members/{member}",
    "POST /members/{member}/tags",
)
VIP, OLD = Segment("tag", "VIP"), Segment("tag", "Old")
TEA, RUM = Segment("group", "Tea"), Segment("group", "Rum")
HOME = Address("Street 1", "", "", "Town", "State", "12345", "US")


def ann(people: App, *segments: Segment, **more: Any) -> str:
    fields = {"first_name": "Ann", "last_name": "Smith", "emails": "ann@people.example"}
    return people.add(Contact({**fields, **more.pop("fields", {})}, frozenset(segments), **more))


def change(connector: Any, people: App, id: str, fields: Any = None, **segments: Any) -> Update:
    (record,) = connector.read(people.container, [id])
    assert isinstance(record, Received)
    people.calls  # noqa: B018
    sets = {name: frozenset(found) for name, found in segments.items()}
    return Update(id, record.version, record.raw, fields or {}, **sets)


def written(connector: Any, people: App, write: Any) -> Any:
    (result,) = connector.write(people.container, [write])
    return result


def carried_out(connector: Any, people: App, id: str, fields: Any = None, **segments: Any) -> Any:
    return written(connector, people, change(connector, people, id, fields, **segments))


def values(people: App, id: str) -> dict[str, Any]:
    found = people.hands.get(id)
    assert found is not None
    return {tag: value for tag, value in found["merge_fields"].items() if value != ""}


# --- What is sent, and what it costs ------------------------------------------------------


def test_change_of_fields_is_one_look_and_one_patch_of_these_fields(people, odd, connector):
    id = ann(people)
    result = carried_out(connector, people, id, {"last_name": "Jones", "company": "ACME"})
    assert people.calls == [LOOK, PATCH]
    assert odd.sent("PATCH", id) == [{"merge_fields": {"LNAME": "Jones", "COMPANY": "ACME"}}]
    assert result.received.contact.text("company") == "ACME"
    assert result == Written(id, connector.read(people.container, [id])[0])


def test_foreign_values_survive(people, connector):
    people.hands.add_field("SIZE", "Size", "text")
    id = ann(people, VIP, fields={"phones": "+32 9 1"})
    people.hands.edit(id, {"merge_fields": {"SIZE": "L"}, "vip": True, "language": "nl"})
    carried_out(connector, people, id, {"first_name": "Anna"})
    there = people.hands.get(id)
    assert values(people, id) == {
        "FNAME": "Anna",
        "LNAME": "Smith",
        "PHONE": "+32 9 1",
        "SIZE": "L",
    }
    assert (there["vip"], there["language"], [x["name"] for x in there["tags"]]) == (
        True, "nl", ["VIP"],
    )  # fmt: skip


def test_tags_are_deltas_that_start_no_automation(people, odd, connector):
    id = ann(people, OLD)
    result = carried_out(connector, people, id, add=[VIP], remove=[OLD])
    assert people.calls == ["GET /tag-search", LOOK, TAGS, LOOK]
    (sent,) = odd.sent("POST", "/tags")
    assert sent == {
        "is_syncing": True,
        "tags": [{"name": "VIP", "status": "active"}, {"name": "Old", "status": "inactive"}],
    }
    assert result.received.contact.segments == {VIP}


def test_what_is_so_already_is_not_written(people, odd, connector):
    id = ann(people, VIP)
    result = carried_out(connector, people, id, add=[Segment("tag", "vip")], remove=[OLD])
    assert (odd.sent("POST", "/tags"), odd.sent("PATCH", id)) == ([], [])
    assert result.received.contact.segments == {VIP}


def test_tags_beyond_those_shown_are_known(people, odd, connector):
    many = [Segment("tag", f"T{n:02}") for n in range(60)]
    id = ann(people, *many)
    result = carried_out(connector, people, id, {"first_name": "Anna"}, add=[many[59]])
    assert odd.sent("POST", "/tags") == []
    assert result.received.contact.segments == set(many)
    result = carried_out(connector, people, id, remove=[many[59]])
    assert result.received.contact.segments == set(many[:59])


def test_groups_go_with_the_fields_in_one_patch(people, odd, connector):
    for name in ("Tea", "Rum"):
        people.interest(name)
    id = ann(people, RUM)
    result = carried_out(connector, people, id, {"first_name": "Anna"}, add=[TEA], remove=[RUM])
    assert people.calls == [LOOK, PATCH]
    assert odd.sent("PATCH", id) == [
        {
            "merge_fields": {"FNAME": "Anna"},
            "interests": {people.interest("Tea"): True, people.interest("Rum"): False},
        }
    ]
    assert result.received.contact.segments == {TEA}


def test_group_that_is_not_there_is_refused_and_nothing_is_written(people, connector):
    id = ann(people)
    result = carried_out(connector, people, id, {"first_name": "Anna"}, add=[TEA])
    assert isinstance(result, Refused) and "no group Tea" in str(result)
    assert values(people, id)["FNAME"] == "Ann"


def test_new_address_goes_first_and_alone(people, odd, connector):
    id = ann(people, OLD)
    result = carried_out(
        connector, people, id, {"emails": "a@new.example", "first_name": "Anna"}, add=[VIP]
    )
    assert people.calls == ["GET /tag-search", LOOK, PATCH, TAGS, PATCH]
    assert odd.sent("PATCH", id) == [
        {"email_address": "a@new.example"},
        {"merge_fields": {"FNAME": "Anna"}},
    ]
    assert (result.id, result.received.id) == (id, id)
    shown = result.received.contact
    assert (shown.get("emails"), shown.text("first_name")) == ("a@new.example", "Anna")
    assert shown.segments == {OLD, VIP}


def test_case_of_an_address_is_left_as_it_is(people, odd, connector):
    id = ann(people, status="unsubscribed")
    result = carried_out(connector, people, id, {"emails": "ANN@people.example", "company": "A"})
    assert isinstance(result, Written)
    assert len(odd.sent("PATCH", id)) == 1


@pytest.mark.parametrize("status", ["unsubscribed", "cleaned", "pending", "transactional"])
def test_address_of_who_is_not_subscribed_is_not_changed(people, connector, status):
    id = ann(people, status=status)
    result = carried_out(connector, people, id, {"emails": "a@new.example", "first_name": "Anna"})
    assert isinstance(result, Refused) and "subscribed contacts only" in str(result)
    assert values(people, id)["FNAME"] == "Ann"


@pytest.mark.parametrize("title", ["Invalid Resource", "Member Exists"])
@pytest.mark.parametrize("archived", [False, True])
def test_address_that_is_taken_is_refused_and_the_rest_is_not_written(
    people, connector, title, archived
):
    people.be(taken_title=title)
    bob = people.add(Contact({"emails": "bob@people.example"}))
    if archived:
        people.archive(bob)
    id = ann(people)
    result = carried_out(connector, people, id, {"emails": "Bob@people.example", "company": "A"})
    assert isinstance(result, Refused) and "Another contact" in str(result)
    assert "people.example" not in str(result)
    assert "COMPANY" not in values(people, id)


def test_address_of_who_was_deleted_for_good_is_refused(people, connector):
    bob = people.add(Contact({"emails": "bob@people.example"}))
    people.delete(bob)
    result = carried_out(connector, people, ann(people), {"emails": "bob@people.example"})
    assert isinstance(result, Refused) and "people.example" not in str(result)


# --- Nothing is overwritten that changed --------------------------------------------------


@pytest.mark.parametrize("what", ["a field", "its tags", "its consent", "its address"])
def test_member_that_changed_since_it_was_read_is_left_alone(people, connector, what):
    id = ann(people)
    write = change(connector, people, id, {"last_name": "Jones"})
    {
        "a field": lambda: people.edit(id, {"company": "ACME"}),
        "its tags": lambda: people.tag(id, VIP),
        "its consent": lambda: people.unsubscribe(id),
        "its address": lambda: people.edit(id, {"emails": "a@new.example"}),
    }[what]()
    assert isinstance(written(connector, people, write), Changed)
    assert values(people, id)["LNAME"] == "Smith"


def test_member_whose_date_moved_alone_is_written(people, connector):
    id = ann(people, VIP)
    write = change(connector, people, id, {"last_name": "Jones"})
    people.clock.tick(60)
    people.tag(id, VIP)
    assert isinstance(written(connector, people, write), Written)


def test_other_fields_of_the_audience_are_a_change(people, connector):
    id = ann(people)
    write = change(connector, people, id, {"last_name": "Jones"})
    people.hands.add_field("SIZE", "Size", "text")
    with closing(people.connector()) as other:
        assert isinstance(written(other, people, write), Changed)
        assert isinstance(carried_out(other, people, id, {"last_name": "Jones"}), Written)


def test_update_never_writes_a_status(people, odd, connector):
    for status in ("subscribed", "unsubscribed", "cleaned", "pending", "transactional"):
        id = people.add(Contact({"emails": f"{status}@people.example"}, status=status))
        assert isinstance(carried_out(connector, people, id, {"company": "A"}, add=[VIP]), Written)
        assert people.hands.get(id)["status"] == status
    assert all("status" not in body for body in odd.sent("PATCH", id))


# --- Addresses ----------------------------------------------------------------------------


def test_incomplete_address_is_left_out_and_the_rest_is_written(people, odd, connector):
    id = ann(people)
    incomplete = (Entry(Address(street="Street 1", city="Town")),)
    result = carried_out(connector, people, id, {"addresses": incomplete, "company": "ACME"})
    assert odd.sent("PATCH", id) == [{"merge_fields": {"COMPANY": "ACME"}}]
    assert "addresses" not in result.received.contact.fields
    result = carried_out(connector, people, id, {"addresses": incomplete})
    assert isinstance(result, Written) and len(odd.sent("PATCH", id)) == 1


def test_complete_address_is_written_and_cleared(people, connector):
    id = ann(people)
    result = carried_out(connector, people, id, {"addresses": (Entry(HOME, "home"),)})
    assert result.received.contact.get("addresses") == (Entry(HOME),)
    result = carried_out(connector, people, id, {"addresses": ()})
    assert "addresses" not in result.received.contact.fields


def test_incomplete_address_in_the_store_does_not_stop_other_changes(people, odd, connector):
    id = ann(people)
    people.hands.edit(id, {"merge_fields": {"ADDRESS": {"addr1": "Street 1", "city": ""}}})
    result = carried_out(connector, people, id, {"emails": "a@new.example", "company": "ACME"})
    assert isinstance(result, Written)
    assert result.received.contact.text("company") == "ACME"
    queries = [x.query for x in odd.asked if x.method == "PATCH"]
    assert [bool(query) for query in queries] == [False, True, False, True]
    assert queries[1] == {"skip_merge_validation": ["true"]}


# --- What Mailchimp refuses ---------------------------------------------------------------


def test_refused_value_names_the_field_and_not_the_value(people, connector):
    people.hands.add_field("ZIPCODE", "Postcode of work", "zip")
    id = ann(people)
    result = carried_out(
        connector, people, id, {"custom:Postcode of work": "B-9000", "company": "A"}
    )
    assert isinstance(result, Refused)
    assert "Postcode of work" in str(result) and "B-9000" not in str(result)
    assert "COMPANY" not in values(people, id)


def test_refusals_are_understood_in_any_language(people, connector):
    audience = people.at_mailchimp.add_audience("Kunden", language="de")
    hands = people.at_mailchimp.audience(audience)
    id = hands.add({"email_address": "ann@people.example"})
    hands.add_field("URL", "Seite", "url")
    (record,) = connector.read(audience, [id])
    write = Update(id, record.version, record.raw, {"custom:Seite": "nirgends"})
    (result,) = connector.write(audience, [write])
    assert isinstance(result, Refused) and "Seite" in str(result)


def test_too_long_text_is_refused_before_anything_is_sent(people, connector):
    id = ann(people)
    write = change(connector, people, id, {"company": "x" * 256})
    assert isinstance(written(connector, people, write), Refused)
    assert people.calls == []


def test_text_that_mailchimp_cuts_is_shown_as_cut(people, connector):
    people.be(text_limit=100, cuts_long_texts=True)
    id = ann(people)
    result = carried_out(connector, people, id, {"company": "x" * 200})
    assert result.received.contact.text("company") == "x" * 100


def test_value_that_is_not_kept_is_refused_by_name(people, odd, connector):
    id = ann(people)
    write = change(connector, people, id, {"company": "ACME"})
    odd.alter("PATCH", id, lambda data: {**data, "merge_fields": {"FNAME": "Ann"}})
    result = written(connector, people, write)
    assert isinstance(result, Refused) and "Company" in str(result)


def test_tag_that_is_not_kept_is_refused_by_name(people, odd, connector):
    """An answer 204 says nothing."""
    id = ann(people)
    write = change(connector, people, id, add=[VIP])
    odd.alter("GET", id, lambda data: {**data, "tags": [], "tags_count": 0})
    result = written(connector, people, write)
    assert isinstance(result, Refused) and "VIP" in str(result)


def test_refused_tag_is_refused_by_its_contact_alone(people, connector):
    id, bob = ann(people), people.add(Contact({"emails": "bob@people.example"}))
    writes = [
        change(connector, people, id, add=[Segment("tag", "x" * 101)]),
        change(connector, people, bob, add=[VIP]),
    ]
    refused, done = connector.write(people.container, writes)
    assert (type(refused), type(done)) == (Refused, Written)


# --- Archiving ----------------------------------------------------------------------------


def test_delete_is_archiving(people, connector):
    id = ann(people)
    version = change(connector, people, id).version
    assert written(connector, people, Delete(id, version)) == Written(id, None)
    assert people.calls == [LOOK, "DELETE /members/{member}"]
    assert people.hands.get(id)["status"] == "archived"


@pytest.mark.parametrize("status", ["pending", "cleaned"])
def test_who_cannot_be_archived_is_refused_and_not_said_to_be_gone(people, connector, status):
    id = ann(people, status=status)
    version = change(connector, people, id).version
    assert isinstance(written(connector, people, Delete(id, version)), Refused)
    assert people.hands.get(id)["status"] == status


def test_who_is_archived_in_the_meantime_is_archived(people, odd, connector):
    id = ann(people)
    version = change(connector, people, id).version
    odd.before("DELETE", id, lambda: people.archive(id))
    assert written(connector, people, Delete(id, version)) == Written(id, None)


def test_vanished_audience_makes_nobody_gone(people, connector):
    id = ann(people)
    write = change(connector, people, id, {"company": "A"})
    people.at_mailchimp.delete_audience(people.container)
    with pytest.raises(AskStaff, match="no longer in Mailchimp"):
        connector.write(people.container, [write])


# --- Lost answers -------------------------------------------------------------------------

KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "fields": ("PATCH", {"fields": {"company": "ACME"}}),
    "address": ("PATCH", {"fields": {"emails": "a@new.example"}}),
    "tags": ("POST", {"add": [VIP]}),
    "groups": ("PATCH", {"add": [TEA]}),
}


@pytest.mark.parametrize("what", ["lost", "broken"])
@pytest.mark.parametrize("kind", KINDS)
def test_lost_answer_to_an_update_is_unanswered_and_not_sent_again(people, connector, kind, what):
    people.interest("Tea")
    method, wish = KINDS[kind]
    id = ann(people)
    write = change(connector, people, id, **wish)
    people.fail(what=what, status=200, method=method)
    assert isinstance(written(connector, people, write), Unanswered)
    assert [call.split()[0] for call in people.calls].count(method) == 1
    (there,) = connector.read(people.container, [id])
    assert there.version != write.version
    assert isinstance(written(connector, people, write), Changed)


@pytest.mark.parametrize("what", ["lost", "broken"])
def test_lost_answer_to_archiving_is_unanswered(people, connector, what):
    id = ann(people)
    version = change(connector, people, id).version
    people.fail(what=what, status=200, method="DELETE")
    assert isinstance(written(connector, people, Delete(id, version)), Unanswered)
    assert isinstance(written(connector, people, Delete(id, version)), Gone)


def test_what_fails_after_a_part_was_carried_out_is_unanswered(people, connector):
    id = ann(people)
    for fields, fault in (
        ({"emails": "a@new.example", "company": "A"}, {"method": "PATCH", "skip": 1}),
        ({"emails": "b@new.example"}, {"method": "POST", "path": "/tags"}),
        ({}, {"method": "GET", "path": f"/members/{id}", "skip": 1, "times": 3}),
    ):
        write = change(connector, people, id, fields, add=[Segment("tag", str(len(fields)))])
        people.fail(what="dropped", **fault)
        assert isinstance(written(connector, people, write), Unanswered)
        people.service.faults.clear()


def test_500_to_a_change_is_unanswered_and_429_is_sent_again(people, connector):
    id = ann(people)
    people.fail(what="status", status=429, method="PATCH", times=4)
    assert isinstance(carried_out(connector, people, id, {"company": "A"}), Written)
    people.fail(what="status", status=500, method="PATCH")
    assert isinstance(carried_out(connector, people, id, {"company": "B"}), Unanswered)


# --- Many at once -------------------------------------------------------------------------


def test_updates_go_in_parallel_by_as_many_connections_as_are_allowed(people, odd):
    people.be(connections=4)
    ids = [people.add(Contact({"emails": f"n{n}@people.example"})) for n in range(30)]
    with closing(people.connector(MAILCHIMP_CONNECTIONS="4")) as connector:
        records = connector.read(people.container, ids)
        writes = [
            Update(x.id, x.version, x.raw, {"company": "A"}, frozenset({VIP})) for x in records
        ]
        results = connector.write(people.container, writes)
    assert [result.id for result in results] == ids
    assert all(isinstance(result, Written) for result in results)
    assert 1 < odd.most <= 4


def test_one_connection_needs_no_threads(people, odd):
    ids = [people.add(Contact({"emails": f"n{n}@people.example"})) for n in range(5)]
    with closing(people.connector(MAILCHIMP_CONNECTIONS="1")) as connector:
        records = connector.read(people.container, ids)
        writes = [Update(x.id, x.version, x.raw, {"company": "A"}) for x in records]
        assert all(isinstance(x, Written) for x in connector.write(people.container, writes))
        assert connector._side_by_side._threads is None
    patched = [asked.path.rpartition("/")[2] for asked in odd.asked if asked.method == "PATCH"]
    assert (patched, odd.most) == (ids, 1)


def test_slow_mailchimp_leaves_the_rest_of_a_batch_for_the_next_run(people):
    """A run that shows no sign of life for two minutes loses its account."""
    ids = [people.add(Contact({"emails": f"n{n}@people.example"})) for n in range(8)]
    with closing(people.connector(MAILCHIMP_CONNECTIONS="1")) as connector:
        records = connector.read(people.container, ids)
        people.sandbox.order("mailchimp", Fault("slow", seconds=20, method="PATCH", times=-1))
        writes = [Update(x.id, x.version, x.raw, {"company": "A"}) for x in records]
        results = connector.write(people.container, writes)
    assert [type(result) for result in results] == [Written] * 4 + [TryAgain] * 4
    assert ["COMPANY" in values(people, id) for id in ids] == [True] * 4 + [False] * 4
