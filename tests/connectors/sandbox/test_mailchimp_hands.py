"""What people do by hand, and how the API shows it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.sandbox.mailchimp.people import hash_of
from tests.connectors.sandbox.mailchimp_desk import ANN, Desk, opened, refused


@pytest.fixture
def desk() -> Iterator[Desk]:
    with opened() as desk:
        yield desk


def test_a_member_added_by_hand_is_subscribed_and_dated_now(desk: Desk) -> None:
    moment = desk.clock.forward(minutes=5)
    id = desk.people.add({"email_address": ANN, "merge_fields": {"FNAME": "Ann"}, "tags": ["vip"]})
    shown = desk.get()
    assert (shown["contact_id"], shown["status"], shown["last_changed"]) == (
        id,
        "subscribed",
        moment,
    )
    assert shown["source"] == "Admin Add"
    assert {**desk.people.get(id), "_links": shown["_links"]} == shown  # type: ignore[dict-item]


def test_an_edit_is_laid_over_and_moves_the_date_if_it_changes_anything(desk: Desk) -> None:
    id = desk.people.add({"email_address": ANN, "merge_fields": {"FNAME": "Ann", "PHONE": "1"}})
    before = desk.get()
    moment = desk.clock.forward(minutes=1)
    desk.people.edit(id, {"merge_fields": {"FNAME": "Ann"}})
    assert desk.get() == before
    desk.people.edit(ANN, {"merge_fields": {"PHONE": ""}, "email_address": "ben@example.com"})
    after = desk.get("ben@example.com")
    assert after["merge_fields"] == {"FNAME": "Ann", "LNAME": "", "ADDRESS": "", "PHONE": ""}
    assert (after["contact_id"], after["last_changed"]) == (id, moment)
    assert refused(desk.get).status == 404


def test_tags_given_by_hand_replace_those_that_are_there(desk: Desk) -> None:
    id = desk.people.add({"email_address": ANN, "tags": ["a", "b"]})
    desk.people.edit(id, {"tags": [{"name": "b"}, "c"]})
    assert [tag["name"] for tag in desk.get()["tags"]] == ["b", "c"]
    desk.people.tag(id, "d")
    desk.people.untag(id, "b", "c")
    assert [tag["name"] for tag in desk.get()["tags"]] == ["d"]
    desk.people.rename_tag("d", "e")
    assert [tag["name"] for tag in desk.get()["tags"]] == ["e"]
    desk.people.remove_tag("e")
    assert desk.get()["tags_count"] == 0


def test_people_hold_odd_data(desk: Desk) -> None:
    desk.people.add_field("LTV", "Value", "number")
    values = {"LTV": "lots", "ADDRESS": "somewhere", "FNAME": "x" * 999}
    desk.people.add({"email_address": "odd@localhost", "merge_fields": values})
    assert (
        desk.get("odd@localhost")["merge_fields"] | values
        == (desk.get("odd@localhost")["merge_fields"])
    )


def test_archived_members_are_no_longer_among_the_living(desk: Desk) -> None:
    id = desk.people.add({"email_address": ANN, "status": "pending"})
    assert list(desk.people.all()) == [id]
    desk.people.archive(id)
    assert (desk.people.all(), list(desk.people.archived())) == ({}, [id])
    assert desk.get()["status"] == "archived"
    moment = desk.clock.forward(minutes=1)
    desk.people.restore(id)
    assert (desk.get()["status"], desk.get()["last_changed"]) == ("pending", moment)


def test_deleted_members_are_gone_and_their_address_is_remembered(desk: Desk) -> None:
    id = desk.people.add({"email_address": ANN})
    desk.people.delete(id)
    assert desk.people.get(id) is None and desk.people.get(ANN) is None
    assert desk.lists.get_list(desk.list)["stats"]["member_count"] == 0
    assert refused(desk.add).title == "Forgotten Email Not Subscribed"


def test_members_and_admins_unsubscribe_with_different_effect(desk: Desk) -> None:
    for address, by_member in (("a@example.com", True), ("b@example.com", False)):
        desk.people.add({"email_address": address})
        desk.people.unsubscribe(address, by_member=by_member)
    assert desk.get("a@example.com")["unsubscribe_reason"] == "None given"
    assert desk.get("b@example.com")["unsubscribe_reason"] == "N/A (Unsubscribed by an admin)"
    assert refused(desk.patch, "a@example.com", status="subscribed").status == 400
    assert desk.patch("b@example.com", status="subscribed")["status"] == "subscribed"


def test_what_there_is_not_is_said_at_once(desk: Desk) -> None:
    with pytest.raises(LookupError):
        desk.people.edit("nobody@example.com", {})
    with pytest.raises(LookupError):
        desk.people.add({"email_address": ANN, "merge_fields": {"NICK": "x"}})
    with pytest.raises(ValueError, match="has no FNAME"):
        desk.people.add({"email_address": ANN, "FNAME": "x"})
    with pytest.raises(LookupError):
        desk.hands.audience("none")
    with pytest.raises(LookupError):
        desk.mailchimp.hands("none")
    assert desk.people.all() == {}
    desk.people.add({"email_address": ANN})
    with pytest.raises(ValueError, match="holds this address"):
        desk.people.add({"email_address": ANN.lower()})


def test_audiences_are_renamed_and_deleted(desk: Desk) -> None:
    other = desk.hands.add_audience("Friends", fields=[("NAME", "Name", "text")])
    desk.hands.rename_audience(other, "Good friends")
    assert desk.hands.audiences() == {desk.list: "Customers", other: "Good friends"}
    assert list(desk.hands.audience(other).fields()) == ["NAME"]
    assert desk.lists.get_list(other)["name"] == "Good friends"
    desk.hands.delete_audience(other)
    assert refused(desk.lists.get_list, other).status == 404
    assert hash_of("A@b.c") == hash_of("a@B.C")
