"""Members one by one: read, added, set, changed, renamed; and what moves ``last_changed``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.mailchimp.people import hash_of
from tests.connectors.sandbox.mailchimp_desk import ANN, Desk, opened, refused

BEN = "ben@example.com"


@pytest.fixture
def desk() -> Iterator[Desk]:
    with opened() as desk:
        yield desk


# --- Read ---------------------------------------------------------------------------------


def test_a_new_member_is_shown_as_recorded_answers_show_one(desk: Desk) -> None:
    added = desk.add(merge_fields={"FNAME": "Ann", "LNAME": "Miller"})
    assert added == desk.get()
    assert added["id"] == hash_of("ann.miller@example.com")
    assert added["email_address"] == ANN
    assert added["full_name"] == "Ann Miller"
    assert added["merge_fields"] == {"FNAME": "Ann", "LNAME": "Miller", "ADDRESS": "", "PHONE": ""}
    assert added["last_changed"] == added["timestamp_opt"] == "2026-03-02T09:00:00+00:00"
    assert added["timestamp_signup"] == ""
    assert added["tags"] == [] and "interests" not in added


def test_a_member_is_found_by_hash_address_and_contact_id(desk: Desk) -> None:
    added = desk.add()
    for id in (added["id"], "ANN.miller@example.com", added["contact_id"]):
        answer = desk.raw("GET", f"/lists/{desk.list}/members/{id}")
        assert answer.json()["contact_id"] == added["contact_id"]


def test_somebody_unknown_answers_404(desk: Desk) -> None:
    problem = refused(desk.get)
    assert (problem.status, problem.title) == (404, "Resource Not Found")
    assert problem.detail == "The requested resource could not be found."
    assert problem.body["type"] == "https://mailchimp.com/developer/marketing/docs/errors/"


def test_the_same_address_has_one_unique_id_in_two_audiences(desk: Desk) -> None:
    first = desk.add()
    other = desk.hands.add_audience("Friends")
    second = desk.lists.add_list_member(other, {"email_address": ANN, "status": "subscribed"})
    assert (first["id"], first["unique_email_id"]) == (second["id"], second["unique_email_id"])
    assert first["contact_id"] != second["contact_id"]


# --- Added --------------------------------------------------------------------------------


def test_an_address_that_is_there_cannot_be_added(desk: Desk) -> None:
    desk.add()
    problem = refused(desk.add, ANN.upper(), "unsubscribed")
    assert (problem.status, problem.title) == (400, "Member Exists")
    assert problem.detail == (
        f"{ANN.upper()} is already a list member. Use PUT to insert or update list members."
    )
    assert "type" not in problem.body


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"status": "subscribed"}, [("", "Required fields were not provided: email_address")]),
        ({}, [("", "Required fields were not provided: email_address, status")]),
        (
            {"email_address": None, "status": "subscribed"},
            [("email_address", "Schema describes string, NULL found instead")],
        ),
        (
            {"email_address": ANN, "status": "archived"},
            [
                (
                    "status",
                    "Data presented is not one of the accepted values: subscribed, unsubscribed, "
                    "cleaned, pending, transactional.",
                )
            ],
        ),
        (
            {"email_address": ANN, "status": "subscribed", "merge_fields": []},
            [("merge_fields", "Schema describes object, array found instead")],
        ),
        (
            {"email_address": ANN, "status": "subscribed", "merge_fields": {"FNAME": None}},
            [
                (
                    "merge_fields.FNAME",
                    "Data did not match any of the schemas described in anyOf.",
                )
            ],
        ),
        (
            {"email_address": ANN, "status": "subscribed", "interests": {"0123456789": 1}},
            [("interests.0123456789", "Schema describes boolean, integer found instead")],
        ),
        (
            {"email_address": ANN, "status": "subscribed", "tags": [{"name": "x"}]},
            [("tags.item:0", "Schema describes string, object found instead")],
        ),
    ],
)
def test_what_does_not_fit_the_schema_is_refused(
    desk: Desk, body: dict[str, Any], errors: list[tuple[str, str]]
) -> None:
    problem = refused(desk.lists.add_list_member, desk.list, body)
    assert (problem.status, problem.title, problem.errors) == (400, "Invalid Resource", errors)
    assert problem.detail == (
        "The resource submitted could not be validated. "
        "For field-specific details, see the 'errors' array."
    )
    assert desk.people.all() == {}


@pytest.mark.parametrize("address", ["", "ann", "ann@", "ann@example", "a b@example.com"])
def test_what_is_no_address_is_refused(desk: Desk, address: str) -> None:
    problem = refused(desk.add, address)
    assert (problem.status, problem.title) == (400, "Invalid Resource")
    assert problem.detail == "Please provide a valid email address."


# --- Set and changed ----------------------------------------------------------------------


def test_put_makes_who_is_not_there_with_the_status_for_the_new(desk: Desk) -> None:
    body = {"email_address": BEN, "status_if_new": "pending", "status": "subscribed"}
    assert desk.put(BEN, **body)["status"] == "pending"
    assert desk.put(BEN, email_address=BEN, status_if_new="unsubscribed")["status"] == "pending"


def test_put_makes_nobody_without_the_status_for_the_new(desk: Desk) -> None:
    problem = refused(desk.put, BEN, email_address=BEN, status="subscribed")
    assert problem.errors == [("", "Required fields were not provided: status_if_new")]


def test_put_changes_who_is_there_with_a_status_alone(desk: Desk) -> None:
    desk.add()
    assert desk.put(status="unsubscribed")["status"] == "unsubscribed"


def test_put_on_an_unknown_hash_with_a_known_address_is_refused(desk: Desk) -> None:
    desk.add()
    problem = refused(desk.put, BEN, email_address=ANN, status_if_new="subscribed")
    assert (problem.status, problem.title) == (400, "Member Exists")


def test_patch_lays_merge_fields_over_and_an_empty_text_clears(desk: Desk) -> None:
    desk.add(merge_fields={"FNAME": "Ann", "LNAME": "Miller", "PHONE": "1"})
    changed = desk.patch(merge_fields={"LNAME": "", "PHONE": "2"})
    assert changed["merge_fields"] == {"FNAME": "Ann", "LNAME": "", "ADDRESS": "", "PHONE": "2"}


def test_patch_takes_no_transactional_and_nobody_unknown(desk: Desk) -> None:
    assert refused(desk.patch, status="subscribed").status == 404
    desk.add()
    assert refused(desk.patch, status="transactional").errors[0][0] == "status"


def test_what_is_unknown_is_lost_silently(desk: Desk) -> None:
    """Wrong merge tags, values without their wrapper, misspelt keys: 200, and nothing is kept."""
    desk.add()
    with desk.odd_requests():
        changed = desk.patch(merge_fields={"NICK": "Annie"}, FNAME="Ann", langauge="de")
    assert changed == desk.get()
    assert changed["merge_fields"] == {"FNAME": "", "LNAME": "", "ADDRESS": "", "PHONE": ""}
    assert changed["language"] == ""


def test_tags_are_taken_when_a_member_is_added_and_ignored_afterwards(desk: Desk) -> None:
    assert [tag["name"] for tag in desk.add(tags=["vip", "Paris"])["tags"]] == ["vip", "Paris"]
    with desk.odd_requests():
        assert desk.patch(tags=["new"])["tags_count"] == 2
        assert desk.put(tags=["new"])["tags_count"] == 2
        made = desk.put(BEN, email_address=BEN, status_if_new="subscribed", tags=["new"])
    assert made["tags"] == []


def test_blanks_at_the_ends_go(desk: Desk) -> None:
    desk.add(merge_fields={"FNAME": "  Ann "})
    assert desk.get()["merge_fields"]["FNAME"] == "Ann"
    desk.quirks(trims=False)
    desk.patch(merge_fields={"FNAME": "  Ann "})
    assert desk.get()["merge_fields"]["FNAME"] == "  Ann "


def test_a_refusal_changes_nothing(desk: Desk) -> None:
    desk.people.add_field("LTV", "Value", "number")
    before = desk.add(merge_fields={"FNAME": "Ann"})
    desk.clock.forward(minutes=1)
    refused(desk.patch, merge_fields={"FNAME": "Anna", "LTV": "much"}, status="unsubscribed")
    assert desk.get() == before


# --- Renamed ------------------------------------------------------------------------------


def test_another_address_is_another_id_of_the_same_contact(desk: Desk) -> None:
    old = desk.add(tags=["vip"], merge_fields={"FNAME": "Ann"})
    new = desk.patch(email_address=BEN)
    assert new["id"] == hash_of(BEN) != old["id"]
    assert new["unique_email_id"] != old["unique_email_id"]
    kept = ("contact_id", "web_id", "tags", "merge_fields")
    assert [new[name] for name in kept] == [old[name] for name in kept]
    assert refused(desk.get, old["id"]).status == 404
    assert desk.get(old["contact_id"]) == new


def test_a_rename_by_contact_id_works_as_well_and_case_is_no_rename(desk: Desk) -> None:
    old = desk.add()
    assert desk.put(old["contact_id"], email_address=ANN.upper())["email_address"] == ANN
    assert desk.put(old["contact_id"], email_address=BEN)["id"] == hash_of(BEN)


@pytest.mark.parametrize("status", ["unsubscribed", "cleaned", "pending", "transactional"])
def test_only_who_is_subscribed_gets_another_address(desk: Desk, status: str) -> None:
    desk.add(status=status)
    problem = refused(desk.patch, email_address=BEN)
    assert (problem.status, problem.title) == (400, "Invalid Resource")
    assert problem.errors == [
        (
            "email address",
            f'This member\'s status is "{status}." You can only update email addresses for '
            'members with a status of "subscribed."',
        )
    ]


def test_an_address_that_is_taken_is_refused_also_by_ghosts(desk: Desk) -> None:
    desk.add()
    desk.add("free@example.com", "transactional")
    desk.add("old@example.com")
    desk.lists.delete_list_member(desk.list, hash_of("old@example.com"))
    desk.add("gone@example.com")
    desk.lists.delete_list_member_permanent(desk.list, hash_of("gone@example.com"))
    desk.add(BEN)
    for address, status in (
        (BEN, "subscribed"),
        ("free@example.com", "Non-Subscribed"),
        ("old@example.com", "Deleted"),
        ("gone@example.com", "Deleted"),
    ):
        problem = refused(desk.patch, email_address=address)
        words = f'"{address}" is already in this list with a status of "{status}".'
        assert problem.errors == [("email address", words)]


def test_an_address_that_is_taken_was_refused_with_another_title_before(desk: Desk) -> None:
    desk.add()
    desk.add(BEN)
    desk.quirks(taken_title="Member Exists")
    assert refused(desk.patch, email_address=BEN).title == "Member Exists"


# --- last_changed -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"merge_fields": {"FNAME": "Anna"}},
        {"status": "unsubscribed"},
        {"email_address": BEN},
        {"vip": True},
        {"language": "fr"},
    ],
)
def test_a_change_moves_last_changed(desk: Desk, change: dict[str, Any]) -> None:
    desk.add()
    moment = desk.clock.forward(seconds=90)
    assert desk.patch(**change)["last_changed"] == moment


def test_a_put_that_changes_nothing_does_not_move_last_changed(desk: Desk) -> None:
    added = desk.add(merge_fields={"FNAME": "Ann"})
    desk.clock.forward(minutes=1)
    assert desk.put(email_address=ANN, status="subscribed") == added
    assert desk.put(merge_fields={"FNAME": "Ann"}) == added


def test_equal_values_move_last_changed_if_so_switched(desk: Desk) -> None:
    desk.quirks(equal_values_move=True)
    added = desk.add(merge_fields={"FNAME": "Ann"})
    moment = desk.clock.forward(minutes=1)
    assert desk.put(email_address=ANN, status="subscribed") == added
    assert desk.put(merge_fields={"FNAME": "Ann"})["last_changed"] == moment


def test_time_is_told_in_whole_seconds(desk: Desk) -> None:
    desk.clock.forward(milliseconds=700)
    assert desk.add()["last_changed"] == "2026-03-02T09:00:00+00:00"
