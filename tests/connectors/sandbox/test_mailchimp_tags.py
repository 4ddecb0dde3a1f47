"""Tags, which are static segments too, and groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.mailchimp.people import hash_of
from tests.connectors.sandbox.mailchimp_desk import ANN, Desk, opened, refused


@pytest.fixture
def desk() -> Iterator[Desk]:
    with opened() as desk:
        yield desk


def names(desk: Desk, address: str = ANN) -> list[str]:
    return [tag["name"] for tag in desk.get(address)["tags"]]


# --- Of a member --------------------------------------------------------------------------


def test_tags_go_on_and_off(desk: Desk) -> None:
    desk.add()
    assert desk.tag("vip", "Paris", is_syncing=True).status_code == 204
    assert names(desk) == ["vip", "Paris"]
    desk.tag("vip", "never seen", status="inactive")
    assert names(desk) == ["Paris"]
    assert sorted(desk.people.tags().values()) == ["Paris", "vip"]


def test_what_moves_last_changed_when_tags_are_sent(desk: Desk) -> None:
    desk.add()
    first = desk.clock.forward(minutes=1)
    desk.tag("vip")
    assert desk.get()["last_changed"] == first
    desk.clock.forward(minutes=1)
    desk.tag()
    desk.tag("other", status="inactive")
    assert desk.get()["last_changed"] == first
    second = desk.clock.forward(minutes=1)
    desk.tag("vip")
    assert desk.get()["last_changed"] == second
    desk.quirks(readding_tag_moves=False)
    desk.clock.forward(minutes=1)
    desk.tag("vip")
    assert desk.get()["last_changed"] == second
    third = desk.clock.forward(minutes=1)
    desk.tag("vip", status="inactive")
    assert desk.get()["last_changed"] == third


def test_without_the_wrapper_nothing_happens_and_204_is_answered(desk: Desk) -> None:
    desk.add()
    with desk.odd_requests():
        answer = desk.lists.update_list_member_tags(
            desk.list, hash_of(ANN), {"name": "vip", "status": "active"}
        )
    assert answer.status_code == 204
    assert names(desk) == []


@pytest.mark.parametrize(
    ("tags", "field"),
    [
        ("vip", "tags"),
        ([{"name": "vip"}], "tags.item:0"),
        ([{"name": "vip", "status": "on"}], "tags.item:0.status"),
        ([{"name": 5, "status": "active"}], "tags.item:0.name"),
        (["vip"], "tags.item:0"),
        ([{"name": " ", "status": "active"}], "name"),
        ([{"name": "x" * 101, "status": "active"}], "name"),
    ],
)
def test_tags_that_do_not_fit_are_refused(desk: Desk, tags: Any, field: str) -> None:
    desk.add()
    call = desk.lists.update_list_member_tags
    problem = refused(call, desk.list, hash_of(ANN), {"tags": tags})
    assert (problem.status, problem.title) == (400, "Invalid Resource")
    assert problem.errors[0][0] == field
    assert names(desk) == []


def test_tags_are_put_on_by_hash_only_unless_switched(desk: Desk) -> None:
    assert refused(desk.tag, "vip").status == 404
    contact_id = desk.add()["contact_id"]
    body = {"tags": [{"name": "vip", "status": "active"}]}
    for id in (contact_id, ANN.lower()):
        call = desk.lists.update_list_member_tags
        assert refused(call, desk.list, id, body).status == 404
    desk.quirks(tags_by_any_id=True)
    call(desk.list, contact_id, body)
    assert names(desk) == ["vip"]


def test_the_case_of_names_does_not_matter_unless_switched(desk: Desk) -> None:
    desk.add(tags=["VIP"])
    desk.tag("vip")
    assert names(desk) == ["VIP"]
    desk.quirks(folds_tag_case=False)
    desk.tag("vip")
    assert names(desk) == ["VIP", "vip"]


def test_tags_stay_on_archived_members_and_can_be_changed_there(desk: Desk) -> None:
    desk.add(tags=["vip"])
    desk.people.archive(ANN)
    desk.tag("Paris")
    assert names(desk) == ["vip", "Paris"]


def test_a_member_shows_fifty_tags_and_the_rest_is_listed(desk: Desk) -> None:
    desk.add(tags=[f"Tag {number}" for number in range(60)])
    shown = desk.get()
    assert (len(shown["tags"]), shown["tags_count"]) == (50, 60)
    page = desk.lists.get_list_member_tags(desk.list, hash_of(ANN), count=100)
    assert (len(page["tags"]), page["total_items"]) == (60, 60)
    assert page["tags"][59]["name"] == "Tag 59"
    desk.clock.forward(minutes=1)
    desk.tag("Tag 0")
    page = desk.lists.get_list_member_tags(desk.list, hash_of(ANN), count=1)
    assert page["tags"][0]["date_added"] == "2026-03-02T09:00:00+00:00"
    assert len(desk.lists.get_list_member_tags(desk.list, hash_of(ANN))["tags"]) == 10


def test_a_name_may_be_a_hundred_letters_long_unless_switched(desk: Desk) -> None:
    desk.add()
    desk.tag("x" * 100)
    desk.quirks(tag_limit=50)
    assert refused(desk.tag, "y" * 51).status == 400
    desk.quirks(tag_limit=0)
    desk.tag("y" * 500)
    assert len(names(desk)) == 2


# --- Of the audience ----------------------------------------------------------------------


def test_tags_are_searched_by_how_they_begin(desk: Desk) -> None:
    for name in ("Paris", "Parma", "Rome"):
        desk.people.add_tag(name)
    assert desk.lists.tag_search(desk.list)["total_items"] == 3
    found = desk.lists.tag_search(desk.list, name="par")["tags"]
    assert [tag["name"] for tag in found] == ["Paris", "Parma"]


def test_tags_are_static_segments(desk: Desk) -> None:
    desk.add(tags=["vip"])
    desk.add("ben@example.com", tags=["vip"])
    desk.people.archive("ben@example.com")
    page = desk.lists.list_segments(desk.list, type="static")
    assert page["total_items"] == 1
    segment = page["segments"][0]
    assert (segment["name"], segment["type"], segment["member_count"]) == ("vip", "static", 1)
    assert desk.lists.get_segment(desk.list, segment["id"]) == segment
    assert desk.lists.list_segments(desk.list, type="saved")["segments"] == []


def test_a_segment_puts_its_tag_on_many_and_names_whom_it_does_not_know(desk: Desk) -> None:
    desk.add()
    desk.add("ben@example.com")
    body = {"name": "vip", "static_segment": ["ben@example.com", "nobody@example.com"]}
    id = desk.lists.create_segment(desk.list, body)["id"]
    moment = desk.clock.forward(minutes=1)
    change = {"members_to_add": [ANN, "who@example.com"], "members_to_remove": ["ben@example.com"]}
    answer = desk.lists.batch_segment_members(change, desk.list, id)
    assert (answer["total_added"], answer["total_removed"], answer["error_count"]) == (1, 1, 1)
    assert answer["errors"][0]["email_addresses"] == ["who@example.com"]
    assert (names(desk), names(desk, "ben@example.com")) == (["vip"], [])
    assert desk.get()["last_changed"] == moment
    desk.lists.update_segment(desk.list, id, {"name": "Very important"})
    assert names(desk) == ["Very important"]
    desk.lists.delete_segment(desk.list, id)
    assert names(desk) == []
    assert desk.get()["last_changed"] == moment


def test_a_segment_takes_five_hundred_addresses_at_once(desk: Desk) -> None:
    id = desk.people.add_tag("vip")
    many = [f"p{number}@example.com" for number in range(501)]
    call = desk.lists.batch_segment_members
    assert refused(call, {"members_to_add": many}, desk.list, id).status == 400
    assert call({"members_to_add": many[:500]}, desk.list, id)["error_count"] == 1
    assert refused(desk.lists.create_segment, desk.list, {"name": "VIP"}).status == 400


# --- Groups -------------------------------------------------------------------------------


def test_groups_are_made_and_members_are_put_in(desk: Desk) -> None:
    body = {"title": "Wishes", "type": "checkboxes"}
    category = desk.lists.create_list_interest_category(desk.list, body)["id"]
    make = desk.lists.create_interest_category_interest
    tea, jam = (make(desk.list, category, {"name": name})["id"] for name in ("Tea", "Jam"))
    assert desk.add(interests={tea: True})["interests"] == {tea: True, jam: False}
    moment = desk.clock.forward(minutes=1)
    changed = desk.patch(interests={jam: True})
    assert changed["interests"] == {tea: True, jam: True}
    assert changed["last_changed"] == moment
    assert desk.patch(interests={tea: False})["interests"] == {tea: False, jam: True}
    page = desk.lists.list_interest_category_interests(desk.list, category)
    counts = [(item["name"], item["subscriber_count"]) for item in page["interests"]]
    assert counts == [("Tea", "0"), ("Jam", "1")]
    assert (page["total_items"], page["category_id"]) == (2, category)
    categories = desk.lists.get_list_interest_categories(desk.list)["categories"]
    assert [item["title"] for item in categories] == ["Wishes"]


def test_groups_are_renamed_and_removed(desk: Desk) -> None:
    category = desk.people.add_category("Wishes", "radio")
    tea = desk.people.add_interest(category, "Tea")
    desk.add(interests={tea: True})
    renamed = desk.lists.update_interest_category_interest(
        desk.list, category, tea, {"name": "Green tea"}
    )
    got = desk.lists.get_interest_category_interest(desk.list, category, tea)
    assert got == renamed
    assert (got["name"], got["subscriber_count"]) == ("Green tea", "1")
    desk.lists.delete_interest_category_interest(desk.list, category, tea)
    assert "interests" not in desk.get()
    assert desk.lists.get_interest_category(desk.list, category)["type"] == "radio"
    desk.lists.delete_interest_category(desk.list, category)
    assert refused(desk.lists.get_interest_category, desk.list, category).status == 404


def test_groups_that_cannot_be_are_refused(desk: Desk) -> None:
    problem = refused(desk.add, interests={"c06bb4b529": True})
    assert (problem.status, problem.title) == (400, "Invalid Resource")
    assert problem.detail == "Invalid interest ID: 'c06bb4b529'."
    category = desk.people.add_category("Wishes")
    desk.people.add_interest(category, "Tea")
    make = desk.lists.create_interest_category_interest
    assert refused(make, desk.list, category, {"name": "tea"}).status == 400
    assert refused(make, desk.list, "0123456789", {"name": "Jam"}).status == 404
    body = {"title": "wishes", "type": "checkboxes"}
    assert refused(desk.lists.create_list_interest_category, desk.list, body).status == 400
    body = {"title": "Others", "type": "buttons"}
    assert refused(desk.lists.create_list_interest_category, desk.list, body).status == 400


def test_an_audience_holds_sixty_group_names_in_all(desk: Desk) -> None:
    first, second = desk.people.add_category("One"), desk.people.add_category("Two")
    for number in range(60):
        desk.people.add_interest(first if number % 2 else second, f"Name {number}")
    make = desk.lists.create_interest_category_interest
    problem = refused(make, desk.list, first, {"name": "One more"})
    assert problem.detail == "Cannot have more than 60 interests per list (Across all categories)"
    desk.quirks(interest_limit=61)
    assert make(desk.list, first, {"name": "One more"})["name"] == "One more"
