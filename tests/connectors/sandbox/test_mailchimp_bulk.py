"""Many members in one call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.mailchimp.quirks import FAKE_DOMAINS
from tests.connectors.sandbox.mailchimp_desk import ANN, Desk, opened, refused

BEN = "ben@example.com"


@pytest.fixture
def desk() -> Iterator[Desk]:
    with opened() as desk:
        yield desk


def bulk(desk: Desk, *members: dict[str, Any], **options: Any) -> dict[str, Any]:
    answer: dict[str, Any] = desk.lists.batch_list_members(
        desk.list, {"members": list(members), **options}
    )
    assert answer["total_created"] == len(answer["new_members"])
    assert answer["total_updated"] == len(answer["updated_members"])
    assert answer["error_count"] == len(answer["errors"])
    return answer


def one(address: str = ANN, status: str = "subscribed", **others: Any) -> dict[str, Any]:
    return {"email_address": address, "status": status, **others}


def test_members_are_made_with_their_tags(desk: Desk) -> None:
    answer = bulk(desk, one(tags=["vip"]), one(BEN, "pending", merge_fields={"FNAME": "Ben"}))
    assert [member["email_address"] for member in answer["new_members"]] == [ANN, BEN]
    assert [tag["name"] for tag in answer["new_members"][0]["tags"]] == ["vip"]
    assert desk.get(BEN)["full_name"] == "Ben"


def test_who_is_there_already_is_an_error_unless_updates_are_wanted(desk: Desk) -> None:
    desk.add(tags=["vip"])
    answer = bulk(desk, one(ANN.lower(), "unsubscribed"), one(BEN))
    assert answer["total_created"] == 1
    assert answer["errors"] == [
        {
            "email_address": ANN.lower(),
            "error": f"{ANN.lower()} is already a list member, do you want to update? "
            "please provide update_existing:true in the request body",
            "error_code": "ERROR_CONTACT_EXISTS",
        }
    ]
    answer = bulk(desk, one(status="unsubscribed", tags=["new"]), update_existing=True)
    updated = answer["updated_members"][0]
    assert updated["status"] == "unsubscribed"
    assert [tag["name"] for tag in updated["tags"]] == ["vip", "new"]


def test_syncing_tags_replaces_them(desk: Desk) -> None:
    desk.add(tags=["vip", "Paris"])
    answer = bulk(desk, one(tags=["Paris", "new"]), update_existing=True, sync_tags=True)
    names = [tag["name"] for tag in answer["updated_members"][0]["tags"]]
    assert sorted(names) == ["Paris", "new"]


def test_every_member_stands_for_itself(desk: Desk) -> None:
    desk.quirks(fakes=FAKE_DOMAINS)
    desk.people.add_field("LTV", "Value", "number")
    desk.people.add({"email_address": "out@real.org"})
    desk.people.unsubscribe("out@real.org")
    desk.people.add({"email_address": "gone@real.org"})
    desk.people.delete("gone@real.org")
    answer = bulk(
        desk,
        one("fake@example.com"),
        one("out@real.org"),
        one("gone@real.org"),
        one("bad@real.org", merge_fields={"LTV": "much"}),
        one("good@real.org"),
        update_existing=True,
    )
    assert [member["email_address"] for member in answer["new_members"]] == ["good@real.org"]
    assert {each["error_code"] for each in answer["errors"]} == {"ERROR_GENERIC"}
    errors = {each["email_address"]: each for each in answer["errors"]}
    assert "looks fake or invalid" in errors["fake@example.com"]["error"]
    assert "in a compliance state" in errors["out@real.org"]["error"]
    assert "was permanently deleted" in errors["gone@real.org"]["error"]
    assert errors["bad@real.org"]["error"] == "Your merge fields were invalid."
    assert errors["bad@real.org"]["field"] == "LTV"
    assert errors["bad@real.org"]["field_message"] == "Please enter a number"
    assert "bad@real.org" not in desk.addresses()


def test_an_archived_member_is_revived(desk: Desk) -> None:
    desk.add(tags=["vip"])
    desk.people.archive(ANN)
    answer = bulk(desk, one())
    assert (answer["total_created"], answer["total_updated"]) == (0, 1)
    assert desk.get()["status"] == "subscribed"


def test_the_status_for_the_new_leaves_the_others_alone(desk: Desk) -> None:
    desk.add(status="unsubscribed")
    members = [{"email_address": address, "status_if_new": "pending"} for address in (ANN, BEN)]
    bulk(desk, *members, update_existing=True)
    assert (desk.get()["status"], desk.get(BEN)["status"]) == ("unsubscribed", "pending")


def test_five_hundred_are_taken_and_no_more(desk: Desk) -> None:
    members = [one(f"p{number}@example.com") for number in range(501)]
    problem = refused(bulk, desk, *members)
    assert (problem.status, problem.title) == (400, "Invalid Resource")
    assert desk.addresses() == []
    assert bulk(desk, *members[:500])["total_created"] == 500


def test_the_same_address_twice_is_one_member(desk: Desk) -> None:
    answer = bulk(desk, one(), one(ANN.upper()))
    assert (answer["total_created"], answer["error_count"]) == (1, 1)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, ""),
        ({"members": {}}, "members"),
        ({"members": [one(status="archived")]}, "members.item:0.status"),
        ({"members": [one(), {"status": "subscribed"}]}, "members.item:1"),
        ({"members": ["ann@example.com"]}, "members.item:0"),
        ({"members": [], "update_existing": "yes"}, "update_existing"),
    ],
)
def test_what_does_not_fit_the_schema_is_refused_as_a_whole(
    desk: Desk, body: dict[str, Any], field: str
) -> None:
    problem = refused(desk.lists.batch_list_members, desk.list, body)
    assert (problem.status, problem.title) == (400, "Invalid Resource")
    assert problem.errors[0][0] == field
    assert desk.addresses() == []
