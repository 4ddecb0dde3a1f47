"""Listings: pages, parts of answers, and members by status, change and group."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.sandbox.mailchimp.people import hash_of
from tests.connectors.sandbox.mailchimp_desk import ANN, Desk, opened, refused


@pytest.fixture
def desk() -> Iterator[Desk]:
    with opened() as desk:
        yield desk


def crowd(desk: Desk, number: int) -> None:
    with desk.sandbox.store.transaction():
        for each in range(number):
            desk.people.add({"email_address": f"p{each}@example.com"})


# --- Pages --------------------------------------------------------------------------------


def test_a_page_has_ten_members_unless_it_is_told(desk: Desk) -> None:
    crowd(desk, 12)
    page = desk.lists.get_list_members_info(desk.list)
    assert (len(page["members"]), page["total_items"], page["list_id"]) == (10, 12, desk.list)
    assert len(desk.members(count=11)) == 11
    assert desk.addresses(offset=10) == ["p10@example.com", "p11@example.com"]


def test_past_the_end_there_is_nothing_and_no_error(desk: Desk) -> None:
    crowd(desk, 3)
    page = desk.lists.get_list_members_info(desk.list, offset=30)
    assert (page["members"], page["total_items"]) == ([], 3)
    page = desk.lists.get_list_members_info(desk.list, count=0)
    assert (page["members"], page["total_items"]) == ([], 3)


def test_ten_thousand_members_come_in_pages_of_a_thousand_at_most(desk: Desk) -> None:
    crowd(desk, 10_000)
    with desk.odd_requests():
        answer = desk.raw("GET", f"/lists/{desk.list}/members?count=5000&fields=members.id")
    assert len(answer.json()["members"]) == 1000
    found: set[str] = set()
    for offset in range(0, 10_000, 1000):
        page = desk.members(count=1000, offset=offset, fields=["members.contact_id"])
        found |= {member["contact_id"] for member in page}
    assert found == desk.people.all().keys()
    desk.clock.forward(minutes=1)
    desk.people.edit("p7777@example.com", {"vip": True})
    since = "2026-03-02T09:00:30Z"
    assert desk.addresses(since_last_changed=since) == ["p7777@example.com"]


@pytest.mark.parametrize("query", ["count=-1", "count=many", "count=", "offset=-5"])
def test_what_is_no_number_is_refused(desk: Desk, query: str) -> None:
    answer = desk.raw("GET", f"/lists/{desk.list}/members?{query}")
    assert (answer.status_code, answer.json()["title"]) == (400, "Invalid Resource")
    assert answer.json()["errors"][0]["field"] in query


def test_pages_of_large_lists_may_end_at_the_gateway(desk: Desk) -> None:
    desk.quirks(largest_page=500)
    assert desk.members(count=500) == []
    answer = desk.raw("GET", f"/lists/{desk.list}/members?count=501")
    assert (answer.status_code, answer.text[:6]) == (504, "<html>")


# --- Parts --------------------------------------------------------------------------------


def test_an_answer_holds_only_the_fields_that_are_asked_for(desk: Desk) -> None:
    desk.add(merge_fields={"FNAME": "Ann"})
    page = desk.lists.get_list_members_info(
        desk.list, fields=["members.email_address", "members.merge_fields.FNAME", "total_items"]
    )
    assert page == {
        "members": [{"email_address": ANN, "merge_fields": {"FNAME": "Ann"}}],
        "total_items": 1,
    }
    one = desk.lists.get_list_member(desk.list, hash_of(ANN), fields=["status", "stats"])
    assert one == {"status": "subscribed", "stats": {"avg_open_rate": 0, "avg_click_rate": 0}}


def test_an_answer_lacks_the_fields_that_are_excluded(desk: Desk) -> None:
    desk.add()
    page = desk.lists.get_list_members_info(
        desk.list, exclude_fields=["members._links", "_links", "members.stats.avg_open_rate"]
    )
    assert set(page) == {"members", "list_id", "total_items"}
    assert "_links" not in page["members"][0]
    assert page["members"][0]["stats"] == {"avg_click_rate": 0}


def test_excluding_without_the_prefix_of_the_collection_has_no_effect(desk: Desk) -> None:
    desk.add()
    page = desk.lists.get_list_members_info(desk.list, exclude_fields=["email_address"])
    assert page == desk.lists.get_list_members_info(desk.list)


def test_fields_that_do_not_exist_are_refused(desk: Desk) -> None:
    desk.add()
    for fields in (["members.email"], ["email_address"]):
        problem = refused(desk.members, fields=fields)
        assert problem.status == 422
    assert desk.members(fields=["members.unsubscribe_reason", "members.interests"]) == [{}]
    desk.quirks(refuses_unknown_fields=False)
    assert desk.members(fields=["members.email"]) == [{}]


# --- Which members ------------------------------------------------------------------------


def test_archived_members_are_only_listed_where_they_are_asked_for(desk: Desk) -> None:
    for status in ("subscribed", "unsubscribed", "cleaned", "pending", "transactional"):
        desk.add(f"{status}@example.com", status)
    desk.add("archived@example.com")
    desk.lists.delete_list_member(desk.list, hash_of("archived@example.com"))
    assert len(desk.addresses()) == 5
    for status in ("subscribed", "unsubscribed", "cleaned", "pending", "transactional", "archived"):
        assert desk.addresses(status=status) == [f"{status}@example.com"]
    stats = desk.lists.get_list(desk.list, include_total_contacts=True)["stats"]
    assert (stats["member_count"], stats["unsubscribe_count"], stats["cleaned_count"]) == (1, 1, 1)
    assert stats["total_contacts"] == 6
    assert refused(desk.members, status="subscribed,archived").errors[0][0] == "status"


def test_changes_since_leave_out_that_very_second_and_before_takes_it_in(desk: Desk) -> None:
    moments = []
    for name in ("a", "b", "c"):
        moments.append(desk.clock.forward(seconds=1))
        desk.add(f"{name}@example.com")
    listed = desk.addresses(since_last_changed=moments[0], before_last_changed=moments[1])
    assert listed == ["b@example.com"]
    desk.quirks(since_is_inclusive=True, before_is_inclusive=False)
    listed = desk.addresses(since_last_changed=moments[0], before_last_changed=moments[1])
    assert listed == ["a@example.com"]


def test_changes_are_also_found_among_the_archived(desk: Desk) -> None:
    desk.add()
    since = desk.clock.forward(minutes=1)
    desk.clock.forward(minutes=1)
    desk.people.archive(ANN)
    assert desk.addresses(since_last_changed=since) == []
    assert desk.addresses(since_last_changed=since, status="archived") == [ANN]


def test_a_moment_may_have_fractions_and_other_zones(desk: Desk) -> None:
    desk.clock.forward(hours=1)
    desk.add()
    for moment in ("2026-03-02T09:59:59.999Z", "2026-03-02T08:59:59-01:00"):
        assert desk.addresses(since_last_changed=moment) == [ANN]
    assert desk.addresses(since_last_changed="2026-03-02T10:00:00.500Z") == []
    assert refused(desk.members, since_last_changed="yesterday").errors[0][0] == (
        "since_last_changed"
    )


def test_a_plus_that_is_not_encoded_makes_a_filter_that_filters_nothing(desk: Desk) -> None:
    desk.add()
    path = f"/lists/{desk.list}/members?since_last_changed=2030-01-01T00:00:00"
    with desk.odd_requests():
        assert desk.raw("GET", f"{path}+00:00").json()["total_items"] == 1
        assert desk.raw("GET", f"{path}%2B00:00").json()["total_items"] == 0


def test_changes_show_late_in_listings_of_changes_if_so_switched(desk: Desk) -> None:
    desk.quirks(lag=60)
    desk.add()
    since = "2026-03-02T08:00:00Z"
    assert desk.addresses(since_last_changed=since) == []
    assert desk.addresses() == [ANN]
    desk.clock.forward(seconds=60)
    assert desk.addresses(since_last_changed=since) == [ANN]


def test_members_are_sorted_by_change(desk: Desk) -> None:
    for name in ("a", "b", "c"):
        desk.clock.forward(seconds=1)
        desk.add(f"{name}@example.com")
    desk.clock.forward(seconds=1)
    desk.patch("a@example.com", vip=True)
    order = ["b@example.com", "c@example.com", "a@example.com"]
    assert desk.addresses(sort_field="last_changed", sort_dir="ASC") == order
    assert desk.addresses(sort_field="last_changed", sort_dir="DESC") == order[::-1]
    assert refused(desk.members, sort_field="email_address").status == 400


def test_a_member_that_changes_during_a_walk_moves_to_the_end(desk: Desk) -> None:
    for name in ("a", "b", "c"):
        desk.add(f"{name}@example.com")
        desk.clock.forward(seconds=1)
    walk = {"count": 1, "sort_field": "last_changed", "sort_dir": "ASC"}
    assert desk.members(**walk)[0]["email_address"] == "a@example.com"
    desk.people.edit("a@example.com", {"vip": True})
    assert desk.members(**walk, offset=1)[0]["email_address"] == "c@example.com"


def test_some_filters_need_a_status(desk: Desk) -> None:
    desk.add(status="unsubscribed")
    assert refused(desk.members, unsubscribed_since="2026-01-01T00:00:00Z").status == 400
    problem = refused(desk.members, since_last_campaign=False)
    assert problem.detail == "Status is required when using since_last_campaign filter."
    found = desk.addresses(status="unsubscribed", unsubscribed_since="2026-01-01T00:00:00Z")
    assert found == [ANN]
    assert desk.addresses(status="unsubscribed", since_last_campaign=False) == [ANN]


def test_members_are_found_by_vip_unique_id_and_interests(desk: Desk) -> None:
    category = desk.people.add_category("Wishes")
    tea, jam = (desk.people.add_interest(category, name) for name in ("Tea", "Jam"))
    unique = desk.add(interests={tea: True})["unique_email_id"]
    desk.add("ben@example.com", vip=True, interests={tea: True, jam: True})
    desk.add("cy@example.com")
    assert desk.addresses(vip_only=True) == ["ben@example.com"]
    assert desk.addresses(unique_email_id=unique) == [ANN]
    group = {"interest_category_id": category, "interest_ids": f"{tea},{jam}"}
    assert len(desk.addresses(**group, interest_match="any")) == 2
    assert desk.addresses(**group, interest_match="all") == ["ben@example.com"]
    assert desk.addresses(**group, interest_match="none") == ["cy@example.com"]


# --- Audiences ----------------------------------------------------------------------------


def test_audiences_are_listed_with_their_figures(desk: Desk) -> None:
    other = desk.hands.add_audience("Friends", double_optin=True)
    desk.lists.add_list_member(other, {"email_address": ANN, "status": "subscribed"})
    page = desk.lists.get_all_lists(count=1000)
    assert [one["name"] for one in page["lists"]] == ["Customers", "Friends"]
    assert page["total_items"] == page["constraints"]["current_total_instances"] == 2
    assert page["lists"][1]["double_optin"] is True
    assert page["lists"][1]["stats"]["member_count"] == 1
    assert page["lists"][1]["stats"]["merge_field_count"] == 4
    assert [one["id"] for one in desk.lists.get_all_lists(email=ANN)["lists"]] == [other]
    assert desk.lists.get_all_lists(fields=["lists.name"], offset=1) == {
        "lists": [{"name": "Friends"}]
    }


def test_the_account_says_who_it_is(desk: Desk) -> None:
    desk.add()
    root = desk.client.root.get_root()
    assert (root["account_id"], root["account_name"]) == (desk.account, "Olive Owner")
    assert root["total_subscribers"] == 1
    assert desk.client.ping.get() == {"health_status": "Everything's Chimpy!"}


def test_members_are_searched_for_by_address_and_name(desk: Desk) -> None:
    desk.add(merge_fields={"FNAME": "Ann"})
    desk.add("ben@example.com", merge_fields={"LNAME": "Mc Annoy"})
    exact = desk.client.searchMembers.search(ANN)
    assert exact["exact_matches"]["total_items"] == 1
    assert exact["exact_matches"]["members"][0]["email_address"] == ANN
    assert desk.client.searchMembers.search("ann")["full_search"]["total_items"] == 2


def test_an_audience_of_somebody_else_is_not_found(desk: Desk) -> None:
    stranger = desk.mailchimp.open_account("stranger@example.org")
    theirs = desk.mailchimp.hands(stranger).add_audience("Theirs")
    assert refused(desk.lists.get_list, theirs).status == 404
    assert refused(desk.lists.get_list_members_info, "0000000000").status == 404
