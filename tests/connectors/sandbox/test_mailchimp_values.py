"""Merge fields: what each type takes, the traps, and the fields themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.connectors.sandbox.mailchimp_desk import ANN, Desk, opened, refused

HOME = {"addr1": "1 High St", "city": "York", "state": "YRK", "zip": "YO1 7HH"}
BROKEN = {"addr1": "1 High St", "addr2": "", "city": "", "state": "", "zip": "", "country": "GB"}


@pytest.fixture
def desk() -> Iterator[Desk]:
    with opened() as desk:
        yield desk


def store(desk: Desk, type: str, value: Any, **options: Any) -> Any:
    """What comes back of a value that is sent to a field of this type."""
    if "ANY" not in desk.people.fields():
        desk.people.add_field("ANY", "Any", type, options=options)
        desk.add()
    desk.patch(merge_fields={"ANY": value})
    return desk.get()["merge_fields"]["ANY"]


@pytest.mark.parametrize(
    ("type", "options", "sent", "kept"),
    [
        ("text", {}, "Ann", "Ann"),
        ("text", {}, 5, "5"),
        ("number", {}, 12, 12),
        ("number", {}, 1.5, 1.5),
        ("number", {}, "12", 12),
        ("date", {"date_format": "DD/MM/YYYY"}, "2024-02-29", "2024-02-29"),
        ("birthday", {}, "02/29", "02/29"),
        ("birthday", {"date_format": "DD/MM"}, "29/02", "29/02"),
        ("phone", {}, "000", "000"),
        ("phone", {}, "+5583999", "+5583999"),
        ("phone", {"phone_format": "US"}, "404-555-0199", "404-555-0199"),
        ("zip", {}, "30308", "30308"),
        ("url", {}, "https://example.com/ä?x=1", "https://example.com/ä?x=1"),
        ("imageurl", {}, "http://example.com/a.png", "http://example.com/a.png"),
        ("radio", {"choices": ["Red", "Blue"]}, "Blue", "Blue"),
        ("dropdown", {"choices": ["Red", "Blue"]}, "Red", "Red"),
        ("address", {}, HOME, {**HOME, "addr2": "", "country": "US"}),
        ("address", {}, {**HOME, "country": "GB"}, {**HOME, "addr2": "", "country": "GB"}),
        ("address", {}, {"addr1": "", "city": ""}, ""),
    ],
)
def test_values_come_back_as_they_are_kept(
    desk: Desk, type: str, options: dict[str, Any], sent: Any, kept: Any
) -> None:
    assert store(desk, type, sent, **options) == kept
    assert store(desk, type, "") == ""


@pytest.mark.parametrize(
    ("type", "options", "sent", "message"),
    [
        ("number", {}, "much", "Please enter a number"),
        ("number", {}, "nan", "Please enter a number"),
        ("number", {}, "9" * 5000, "Please enter a number"),
        ("number", {}, {}, "Please enter a number"),
        ("date", {}, "02/29/2024", "Please enter the date"),
        ("date", {}, "2023-02-29", "Please enter the date"),
        ("date", {}, 20240229, "Please enter the date"),
        ("birthday", {}, "29/02", "Please enter a month (01-12) and a day (01-31)"),
        ("birthday", {}, "1990-02-01", "Please enter a month (01-12) and a day (01-31)"),
        (
            "birthday",
            {"date_format": "DD/MM"},
            "02/29",
            "Please enter a month (01-12) and a day (01-31)",
        ),
        ("address", {}, {"addr1": "1 High St"}, "Please enter a complete address"),
        ("address", {}, {**HOME, "state": " "}, "Please enter a complete address"),
        ("address", {}, "1 High St, York", "Please enter a complete address"),
        ("zip", {}, "YO1 7HH", "Please enter a zip code (5 digits)"),
        ("url", {}, "example.com", "That is not a valid URL"),
        ("phone", {"phone_format": "US"}, "+14045550199", "Please enter a valid phone number"),
        ("radio", {"choices": ["Red"]}, "red", "Please select one of the choices"),
        (
            "text",
            {},
            "x" * 256,
            "This value is too long. It should have 255 characters or less.",
        ),
        ("text", {}, {"a": "b"}, "This value should be of type string."),
    ],
)
def test_what_a_field_does_not_take_is_refused(
    desk: Desk, type: str, options: dict[str, Any], sent: Any, message: str
) -> None:
    problem = refused(store, desk, type, sent, **options)
    assert (problem.status, problem.title) == (400, "Invalid Resource")
    assert problem.detail == "Your merge fields were invalid."
    assert problem.errors == [("ANY", message)]


def test_only_the_fields_that_fail_are_named(desk: Desk) -> None:
    desk.people.add_field("LTV", "Value", "number")
    desk.people.add_field("SINCE", "Since", "date")
    values = {"FNAME": "Ann", "LTV": "x", "SINCE": "y"}
    problem = refused(desk.add, merge_fields=values)
    assert [field for field, _ in problem.errors] == ["LTV", "SINCE"]


def test_addresses_with_other_keys_are_incomplete(desk: Desk) -> None:
    with desk.odd_requests():
        street = {"street": "1 High St", "city": "York", "state": "YRK", "zip": "1"}
        problem = refused(store, desk, "address", street)
    assert problem.errors == [("ANY", "Please enter a complete address")]


def test_what_an_address_needs_is_a_switch(desk: Desk) -> None:
    desk.quirks(address_needs=("addr1", "city"))
    kept = store(desk, "address", {"addr1": "1 High St", "city": "York"})
    assert (kept["state"], kept["country"]) == ("", "US")


def test_long_texts_are_counted_and_cut_as_switched(desk: Desk) -> None:
    assert store(desk, "text", "ä" * 255) == "ä" * 255
    desk.quirks(limit_in_bytes=True)
    assert refused(store, desk, "text", "ä" * 128).errors[0][0] == "ANY"
    desk.quirks(cuts_long_texts=True)
    assert store(desk, "text", "ä" * 128) == "ä" * 127
    desk.quirks(text_limit=0)
    assert store(desk, "text", "ä" * 1000) == "ä" * 1000


# --- Required, and the trap of addresses --------------------------------------------------


def test_a_required_field_must_not_be_blank_in_somebody_new(desk: Desk) -> None:
    desk.people.change_field("FNAME", {"required": True})
    problem = refused(desk.add)
    assert problem.errors == [("FNAME", "This value should not be blank.")]
    assert refused(desk.add, merge_fields={"FNAME": " "}).errors == problem.errors
    body = {"email_address": ANN, "status": "subscribed"}
    added = desk.lists.add_list_member(desk.list, body, skip_merge_validation=True)
    assert added["merge_fields"]["FNAME"] == ""


def test_a_required_field_that_is_blank_lets_other_changes_pass(desk: Desk) -> None:
    desk.add()
    desk.people.change_field("FNAME", {"required": True})
    assert desk.patch(merge_fields={"LNAME": "Miller"})["full_name"] == "Miller"
    assert refused(desk.patch, merge_fields={"FNAME": ""}).errors[0][0] == "FNAME"
    desk.quirks(required_on_update=True)
    assert refused(desk.patch, merge_fields={"LNAME": "M"}).errors[0][0] == "FNAME"


def test_skipping_validation_spares_no_format_unless_switched(desk: Desk) -> None:
    desk.add()
    skip = {"skip_merge_validation": True}
    values = {"ADDRESS": {"addr1": "1 High St"}}
    assert refused(desk.patch, query=skip, merge_fields=values).errors[0][0] == "ADDRESS"
    desk.quirks(skipping_keeps_formats=False)
    assert (
        desk.patch(query=skip, merge_fields=values)["merge_fields"] | values
        == (desk.get()["merge_fields"])
    )


def test_an_incomplete_address_in_the_store_makes_every_update_fail(desk: Desk) -> None:
    desk.people.add({"email_address": ANN, "merge_fields": {"ADDRESS": BROKEN}})
    trap = [("ADDRESS", "Please enter a complete address")]
    assert refused(desk.patch, merge_fields={"FNAME": "Ann"}).errors == trap
    assert refused(desk.put, status="unsubscribed").errors == trap
    skip = {"skip_merge_validation": True}
    assert desk.patch(query=skip, merge_fields={"FNAME": "Ann"})["full_name"] == "Ann"
    assert desk.patch(merge_fields={"ADDRESS": ""})["merge_fields"]["ADDRESS"] == ""
    assert desk.patch(merge_fields={"FNAME": "Anna"})["full_name"] == "Anna"


def test_the_trap_can_be_switched_off(desk: Desk) -> None:
    desk.quirks(address_trap=False)
    desk.people.add({"email_address": ANN, "merge_fields": {"ADDRESS": BROKEN}})
    assert desk.patch(merge_fields={"FNAME": "Ann"})["merge_fields"]["ADDRESS"] == BROKEN


def test_messages_are_in_the_language_of_the_audience(desk: Desk) -> None:
    desk.list = desk.hands.add_audience("Kunden", language="de")
    desk.people.change_field("LNAME", {"required": True})
    assert refused(desk.add).errors == [("LNAME", "Bitte gib einen Wert ein.")]
    long = {"LNAME": "x" * 300}
    words = "Dieser Wert ist zu lang. Er darf höchstens 255 Zeichen haben."
    assert refused(desk.add, merge_fields=long).errors == [("LNAME", words)]
    assert refused(desk.add, "ann").detail == "Please provide a valid email address."
    desk.quirks(localised=False)
    assert refused(desk.add).errors == [("LNAME", "This value should not be blank.")]


# --- The fields themselves ----------------------------------------------------------------


def test_fields_are_listed_by_tag_and_without_the_address(desk: Desk) -> None:
    page = desk.lists.get_list_merge_fields(desk.list, count=1000)
    assert [field["tag"] for field in page["merge_fields"]] == [
        "ADDRESS",
        "FNAME",
        "LNAME",
        "PHONE",
    ]
    assert page["total_items"] == 4
    address, name = page["merge_fields"][:2]
    assert (name["merge_id"], name["name"], name["type"]) == (1, "First Name", "text")
    assert (name["options"], name["public"], name["display_order"]) == ({"size": 25}, True, 2)
    assert (address["options"], address["public"]) == ({"default_country": 164}, False)


def test_only_ten_fields_come_unless_more_are_asked_for(desk: Desk) -> None:
    for number in range(8):
        desk.people.add_field(f"N{number}", f"Number {number}", "number")
    page = desk.lists.get_list_merge_fields(desk.list)
    assert (len(page["merge_fields"]), page["total_items"]) == (10, 12)
    numbers = desk.lists.get_list_merge_fields(desk.list, type="number")
    assert numbers["total_items"] == 8


def test_fields_are_made_changed_and_removed(desk: Desk) -> None:
    body = {"tag": "SIZE", "name": "Size", "type": "dropdown", "options": {"choices": ["S", "M"]}}
    made = desk.lists.add_list_merge_field(desk.list, body)
    assert (made["tag"], made["options"]["choices"]) == ("SIZE", ["S", "M"])
    desk.add(merge_fields={"SIZE": "S"})
    id = made["merge_id"]
    changed = desk.lists.update_list_merge_field(desk.list, id, {"tag": "FIT", "name": "Fit"})
    assert desk.lists.get_list_merge_field(desk.list, id) == changed
    assert desk.get()["merge_fields"]["FIT"] == "S"
    with desk.odd_requests():
        kept = desk.lists.update_list_merge_field(desk.list, id, {"type": "text"})
    assert kept["type"] == "dropdown"
    assert desk.lists.delete_list_merge_field(desk.list, id).status_code == 204
    assert "FIT" not in desk.get()["merge_fields"]
    assert refused(desk.lists.get_list_merge_field, desk.list, id).status == 404


def test_a_field_gets_a_tag_where_none_is_sent(desk: Desk) -> None:
    bodies = [{"name": name, "type": "text"} for name in ("One", "Two")]
    made = [desk.lists.add_list_merge_field(desk.list, body) for body in bodies]
    assert [field["tag"] for field in made] == ["MMERGE1", "MMERGE2"]


@pytest.mark.parametrize(
    "body",
    [
        {"name": "No type"},
        {"name": "Odd", "type": "colour"},
        {"name": "Long", "type": "text", "tag": "ELEVENCHARS"},
        {"name": "Taken", "type": "text", "tag": "FNAME"},
        {"name": "Own", "type": "text", "tag": "EMAIL"},
        {"name": " ", "type": "text"},
    ],
)
def test_fields_that_cannot_be_are_refused(desk: Desk, body: dict[str, Any]) -> None:
    assert refused(desk.lists.add_list_merge_field, desk.list, body).status == 400
    assert len(desk.people.fields()) == 4


def test_an_audience_holds_thirty_fields(desk: Desk) -> None:
    for number in range(26):
        desk.lists.add_list_merge_field(desk.list, {"name": f"N{number}", "type": "text"})
    body = {"name": "One more", "type": "text"}
    assert refused(desk.lists.add_list_merge_field, desk.list, body).status == 400
    desk.quirks(field_limit=80)
    assert desk.lists.add_list_merge_field(desk.list, body)["name"] == "One more"
