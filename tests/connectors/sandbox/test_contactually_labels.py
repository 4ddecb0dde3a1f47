"""Tags, buckets, custom fields, notes and the user over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.connectors.sandbox.contactually_crm import Crm, open_crm


@pytest.fixture
def crm() -> Iterator[Crm]:
    with open_crm() as crm:
        yield crm


def refused(crm: Crm, method: str, path: str, data: object = None) -> tuple[int, object]:
    answer = crm.call(method, path, data)
    return answer.status_code, answer.json()["errors"]


def test_the_user_of_the_token(crm: Crm) -> None:
    assert crm.get("/me") == {
        "id": "user_1",
        "created_at": "2026-11-23T12:00:00Z",
        "updated_at": "2026-11-23T12:00:00Z",
        "first_name": "Kim",
        "last_name": "Example",
        "email": "kim@example.com",
        "avatar_url": None,
        "role": "Member",
        "status": "active",
    }


def test_names_that_are_no_tags_yet_become_some(crm: Crm) -> None:
    made = crm.send("POST", "/contacts", {"tags": ["New", "new", "Other"]})
    assert made["tags"] == ["New", "Other"]
    assert [tag["name"] for tag in made["extra_data"]["associated_tags"]] == ["New", "Other"]
    assert [(tag["name"], tag["contact_count"]) for tag in crm.get("/tags")] == [
        ("New", 1),
        ("Other", 1),
    ]


def test_a_tag_is_spelled_as_it_was_first(crm: Crm) -> None:
    crm.send("POST", "/tags", {"name": "Client"})
    assert crm.send("POST", "/contacts", {"tags": ["CLIENT"]})["tags"] == ["Client"]


def test_unknown_tags_may_be_refused_or_passed_over(crm: Crm) -> None:
    crm.hands.add_tag("Known")
    crm.turn(unknown_tags="refuse")
    sent = {"tags": ["Known", "New"]}
    assert refused(crm, "POST", "/contacts", sent) == (422, ["Tags has no tag New"])
    crm.turn(unknown_tags="ignore")
    assert crm.send("POST", "/contacts", sent)["tags"] == ["Known"]
    assert len(crm.get("/tags")) == 1


def test_tags_are_made_searched_renamed_and_deleted(crm: Crm) -> None:
    tag = crm.send("POST", "/tags", {"name": "Client"})
    assert tag == {
        "id": "tag_1",
        "name": "Client",
        "created_at": "2026-11-23T12:00:00Z",
        "updated_at": "2026-11-23T12:00:00Z",
        "contact_count": 0,
    }
    taken = (422, ["Name has already been taken"])
    assert refused(crm, "POST", "/tags", {"name": "client"}) == taken
    crm.send("POST", "/tags", {"name": "Cold"})
    assert refused(crm, "PUT", "/tags/tag_1", {"name": "cold"}) == taken
    assert [each["name"] for each in crm.get("/tags", q="LI")] == ["Client"]
    assert [each["name"] for each in crm.get("/tags", page_size=1, page=2)] == ["Cold"]

    contact = crm.send("POST", "/contacts", {"tags": ["Client", "Cold"]})
    crm.send("PUT", "/tags/tag_1", {"name": "Customer"})
    assert crm.get(f"/contacts/{contact['id']}")["tags"] == ["Customer", "Cold"]
    crm.send("PUT", "/tags/tag_1", {"name": "CUSTOMER"})
    assert crm.get(f"/contacts/{contact['id']}")["tags"] == ["CUSTOMER", "Cold"]
    crm.send("DELETE", "/tags/tag_1")
    assert crm.get(f"/contacts/{contact['id']}")["tags"] == ["Cold"]
    assert refused(crm, "DELETE", "/tags/tag_1") == (404, ["Tag could not be found"])
    blank = (422, ["Name can't be blank"])
    assert refused(crm, "POST", "/tags", {"name": " "}) == blank
    assert refused(crm, "POST", "/tags", {}) == blank


def test_buckets_are_made_changed_and_deleted(crm: Crm) -> None:
    bucket = crm.send("POST", "/buckets", {"name": "Clients", "reminder_interval": 30})
    assert bucket["extra_data"]["contact_count"] == 0
    assert (bucket["id"], bucket["goal"], bucket["reminder_interval"]) == ("bucket_1", None, 30)
    contact = crm.send("POST", "/contacts", {"first_name": "Ada", "bucket_ids": ["bucket_1"]})
    crm.send("PATCH", "/buckets/bucket_1", {"name": "Customers", "goal": "Sell"})
    read = crm.get("/buckets/bucket_1")
    assert (read["name"], read["goal"], read["reminder_interval"]) == ("Customers", "Sell", 30)
    assert read["extra_data"]["contact_count"] == 1
    assert crm.get(f"/contacts/{contact['id']}")["extra_data"]["buckets"] == [
        {"id": "bucket_1", "name": "Customers", "reminder_interval": 30}
    ]
    assert refused(crm, "POST", "/buckets", {"name": "CUSTOMERS"})[0] == 422
    interval = refused(crm, "PATCH", "/buckets/bucket_1", {"reminder_interval": "30"})
    assert interval == (422, ["Reminder interval is not a number"])
    crm.send("DELETE", "/buckets/bucket_1")
    assert crm.get(f"/contacts/{contact['id']}")["extra_data"]["buckets"] == []
    assert refused(crm, "GET", "/buckets/bucket_1") == (404, ["Bucket could not be found"])
    assert crm.get("/buckets", q="x") == []


def test_contacts_join_and_leave_buckets_from_their_side(crm: Crm) -> None:
    ids = [crm.hands.add_bucket(name) for name in ("A", "B", "C")]
    contact = crm.hands.add({"first_name": "Ada"})
    path = f"/contacts/{contact}/buckets"

    def sent(method: str, *names: str) -> str:
        wanted = [{"id": ids["ABC".index(name)]} for name in names]
        return "".join(bucket["name"] for bucket in crm.send(method, path, wanted))

    assert sent("POST", "A") == "A"
    assert sent("POST", "B", "A") == "AB"
    assert sent("PUT", "C", "B") == "BC"
    assert sent("DELETE", "B") == "C"
    assert sent("PUT") == ""
    assert sent("PUT", "A") == "A"
    assert [bucket["name"] for bucket in crm.get(path)] == ["A"]
    unknown = refused(crm, "POST", path, [{"id": "bucket_99"}])
    assert unknown == (404, ["Bucket could not be found"])
    assert refused(crm, "PUT", path, [{}]) == (422, ["Id can't be blank"])
    assert refused(crm, "PUT", path, ["bucket_1"])[0] == 400
    assert crm.get(f"/contacts/{contact}")["extra_data"]["last_bucketed_at"] is not None


def test_a_patch_of_bucket_ids_sets_them_exactly(crm: Crm) -> None:
    one, two = crm.hands.add_bucket("One"), crm.hands.add_bucket("Two")
    contact = crm.hands.add({"bucket_ids": [one]})
    changed = crm.send("PATCH", f"/contacts/{contact}", {"bucket_ids": [two]})
    assert [bucket["name"] for bucket in changed["extra_data"]["buckets"]] == ["Two"]
    unknown = refused(crm, "PATCH", f"/contacts/{contact}", {"bucket_ids": ["bucket_9"]})
    assert unknown == (422, ["Bucket ids is invalid"])


def test_contacts_are_listed_put_in_and_taken_out_from_the_buckets_side(crm: Crm) -> None:
    bucket = crm.hands.add_bucket("Clients")
    ada, bo = crm.hands.add({"first_name": "Ada"}), crm.hands.add({"first_name": "Bo"})
    path = f"/buckets/{bucket}/contacts"
    crm.send("POST", path, {"id": ada})
    crm.send("POST", path, [{"id": bo}, {"id": ada}])
    first = crm.call("GET", path, query={"page_size": 1}).json()
    assert [each["first_name"] for each in first["data"]] == ["Ada"]
    assert first["meta"]["next_page"] == f"{crm.home}/v2{path}?page_size=1&page=2"
    crm.send("DELETE", path, {"id": ada})
    assert [each["first_name"] for each in crm.get(path)] == ["Bo"]
    assert refused(crm, "POST", path, {"id": "contact_99"})[0] == 404


def test_a_proxy_may_drop_the_body_of_a_delete(crm: Crm) -> None:
    bucket = crm.hands.add_bucket("Clients")
    contact = crm.hands.add({"bucket_ids": [bucket]})
    crm.turn(loses_delete_bodies=True)
    status, _ = refused(crm, "DELETE", f"/contacts/{contact}/buckets", [{"id": bucket}])
    assert status == 400
    assert crm.hands.get(contact)["bucket_ids"] == [bucket]


VALUES: list[tuple[str, list[Any], list[Any]]] = [
    ("textfield", ["blue", "  "], [1, True, ["blue"]]),
    ("textarea", ["two\nlines"], [1, {"a": 1}]),
    ("dropdown", ["S", "L"], ["s", "XL", 1]),
    ("boolean", [True, False], ["yes", 1, 0, "True"]),
    ("date", ["2026-11-23", "2024-02-29"], ["2026-02-29", "23/11/2026", "2026-11-23T00:00:00", 1]),
    ("decimal", [12.5, 0, -3], ["12,5", "a", True, [1]]),
]


@pytest.mark.parametrize(("kind", "good", "bad"), VALUES)
def test_values_of_custom_fields_are_of_the_fields_type(
    crm: Crm, kind: str, good: list[Any], bad: list[Any]
) -> None:
    options = ["S", "L"] if kind == "dropdown" else []
    sent = {"name": "Mine", "type": kind, "dropdown_options": options}
    field = crm.send("POST", "/team/custom-fields", sent)
    contact = crm.hands.add({"first_name": "Ada"})
    path = f"/contacts/{contact}"
    for value in good:
        written = {"custom_fields": [{"field": {"id": field["id"]}, "value": value}]}
        assert crm.send("PATCH", path, written)["custom_fields"] == [
            {"field": {"id": field["id"], "name": "Mine"}, "value": value}
        ]
    for value in bad:
        written = {"custom_fields": [{"field": {"id": field["id"]}, "value": value}]}
        assert refused(crm, "PATCH", path, written) == (
            422,
            [f"Custom fields value of Mine is not a valid {kind}"],
        )
    crm.turn(values="text")
    shown = crm.get(path)["custom_fields"][0]["value"]
    assert shown == {"boolean": "false", "decimal": "-3"}.get(kind, good[-1])
    crm.send("PATCH", path, {"custom_fields": crm.get(path)["custom_fields"]})
    assert crm.get(path)["custom_fields"][0]["value"] == shown


@pytest.mark.parametrize("value", [None, ""])
def test_a_field_without_a_value_is_absent(crm: Crm, value: object) -> None:
    field = crm.hands.define_field("Colour")
    written = [{"field": {"id": field}, "value": "blue"}]
    contact = crm.send("POST", "/contacts", {"custom_fields": written})
    path = f"/contacts/{contact['id']}"
    written = [{"field": {"id": field}, "value": value}]
    assert crm.send("PATCH", path, {"custom_fields": written})["custom_fields"] == []


def test_a_value_that_is_there_already_is_never_refused(crm: Crm) -> None:
    size = crm.hands.define_field("Size", "dropdown", ["S", "L"])
    contact = crm.hands.add({"custom_fields": [{"field": {"id": size}, "value": "S"}]})
    crm.hands.change_field(size, {"dropdown_options": ["L"]})
    whole = crm.get(f"/contacts/{contact}")
    assert crm.send("PATCH", f"/contacts/{contact}", whole) == whole
    other = crm.hands.add({})
    values = {"custom_fields": whole["custom_fields"]}
    assert refused(crm, "PATCH", f"/contacts/{other}", values)[0] == 422


def test_fields_are_defined_listed_by_type_and_removed_with_their_values(crm: Crm) -> None:
    colour = crm.send("POST", "/team/custom-fields", {"name": "Colour"})
    assert (colour["id"], colour["type"], colour["dropdown_options"]) == (
        "custom_field_1",
        "textfield",
        [],
    )
    size = {"name": "Size", "type": "dropdown", "dropdown_options": ["S", "L"]}
    assert crm.send("POST", "/team/custom-fields", size)["dropdown_options"] == ["S", "L"]
    listed = crm.get("/team/custom-fields", type="dropdown")
    assert [field["name"] for field in listed] == ["Size"]
    assert [field["name"] for field in crm.get("/team/custom-fields", q="col")] == ["Colour"]
    assert crm.get("/team/custom-fields/custom_field_1") == colour

    values = [{"field": {"id": "custom_field_1", "name": "Whatever"}, "value": "blue"}]
    contact = crm.send("POST", "/contacts", {"custom_fields": values})
    assert contact["custom_fields"][0]["field"]["name"] == "Colour"
    crm.send("DELETE", "/team/custom-fields/custom_field_1")
    assert crm.get(f"/contacts/{contact['id']}")["custom_fields"] == []
    assert refused(crm, "GET", "/team/custom-fields/custom_field_1")[0] == 404
    unknown = refused(crm, "PATCH", f"/contacts/{contact['id']}", {"custom_fields": values})
    assert unknown == (422, ["Custom fields has no field custom_field_1"])


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ({}, "Name can't be blank"),
        ({"name": "X", "type": "colour"}, "Type is not included in the list"),
        ({"name": "X", "type": "dropdown"}, "Dropdown options can't be blank"),
        ({"name": "X", "dropdown_options": [1]}, "Dropdown options is not a list of texts"),
        ({"name": "size"}, "Name has already been taken"),
    ],
)
def test_definitions_that_make_no_sense_are_refused(
    crm: Crm, sent: dict[str, Any], text: str
) -> None:
    crm.hands.define_field("Size")
    assert refused(crm, "POST", "/team/custom-fields", sent) == (422, [text])


def test_what_is_the_teams_may_be_closed_to_members(crm: Crm) -> None:
    crm.turn(team_closed=True)
    closed = (403, ["You are not allowed to do that"])
    assert refused(crm, "GET", "/team/custom-fields") == closed
    assert refused(crm, "GET", "/team/custom-fields/custom_field_1") == closed
    assert refused(crm, "POST", "/team/custom-fields", {"name": "X"}) == closed
    assert crm.get("/contacts") == []


def test_notes_belong_to_contacts(crm: Crm) -> None:
    contact = crm.hands.add({"first_name": "Ada"})
    sent = {"contact_id": contact, "body": "Likes tea", "timestamp": "2020-01-02T03:04:05Z"}
    note = crm.send("POST", "/notes", sent)
    assert {name: note[name] for name in sent} == sent
    assert crm.get(f"/contacts/{contact}/notes") == [note]
    assert refused(crm, "POST", "/notes", {**sent, "body": ""}) == (422, ["Body can't be blank"])
    assert refused(crm, "POST", "/notes", {"body": "x"})[0] == 422
    assert refused(crm, "POST", "/notes", {**sent, "timestamp": "x"})[0] == 422
    assert refused(crm, "POST", "/notes", {**sent, "contact_id": "contact_9"})[0] == 404
    crm.hands.delete(contact)
    assert refused(crm, "GET", f"/contacts/{contact}/notes")[0] == 404


def test_timestamps_and_meta_are_those_of_2018_or_of_2016(crm: Crm) -> None:
    bucket = crm.hands.add_bucket("Clients")
    contact = crm.hands.add({"bucket_ids": [bucket], "tags": ["Client"]})
    path = f"/contacts/{contact}"
    assert crm.call("GET", path).json()["meta"] == {"empty": True}
    crm.turn(timestamps="spaced", empty_meta=False)
    answer = crm.call("GET", path).json()
    assert answer["meta"] == {}
    assert answer["data"]["updated_at"] == "2026-11-23 12:00:00 UTC"
    assert answer["data"]["extra_data"]["last_bucketed_at"] == "2026-11-23 12:00:00 UTC"
    assert crm.get("/tags")[0]["created_at"] == "2026-11-23 12:00:00 UTC"
    assert crm.get("/me")["created_at"] == "2026-11-23 12:00:00 UTC"
    assert crm.send("PATCH", path, answer["data"])["updated_at"] == "2026-11-23 12:00:00 UTC"
