"""Contacts over HTTP: what can be written, what comes back, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.connectors.sandbox.contactually_crm import Crm, open_crm

ADA: dict[str, Any] = {
    "first_name": "Ada",
    "last_name": "Example",
    "company": "Example Ltd",
    "title": "Engineer",
    "location": "Ghent",
    "tags": ["Client"],
    "email_addresses": [{"label": "Work", "address": "Ada@Example.org"}],
    "phone_numbers": [{"label": "Mobile", "number": "+1 555-123-4567"}],
    "addresses": [{"label": "Home", "street_1": "1 Sample Street", "city": "Ghent", "zip": "9000"}],
    "websites": [{"label": None, "address": "https://example.org"}],
    "social_media_profiles": [{"label": "LinkedIn", "url": "https://linkedin.com/in/ada"}],
}


@pytest.fixture
def crm() -> Iterator[Crm]:
    with open_crm() as crm:
        yield crm


def test_a_contact_is_made_read_changed_and_deleted(crm: Crm) -> None:
    made = crm.send("POST", "/contacts", ADA)
    assert made["id"] == "contact_1"
    assert made["created_at"] == made["updated_at"] == "2026-11-23T12:00:00Z"
    assert made["email_addresses"] == [
        {"id": "contact_identity_1", "label": "Work", "address": "Ada@Example.org"}
    ]
    assert crm.get("/contacts/contact_1") == made

    crm.clock.go(5)
    changed = crm.send("PATCH", "/contacts/contact_1", {"title": "Countess"})
    assert changed == {**made, "title": "Countess", "updated_at": "2026-11-23T12:00:05Z"}

    assert crm.send("DELETE", "/contacts/contact_1") == changed
    gone = crm.call("GET", "/contacts/contact_1")
    assert (gone.status_code, gone.json()) == (404, {"errors": ["Contact could not be found"]})
    assert crm.get("/contacts") == []


def test_put_is_as_partial_as_patch(crm: Crm) -> None:
    made = crm.send("POST", "/contacts", ADA)
    changed = crm.send("PUT", f"/contacts/{made['id']}", {"company": None})
    assert changed == {**made, "company": None}


def test_a_whole_record_may_be_sent_back_and_changes_nothing(crm: Crm) -> None:
    crm.hands.define_field("Colour")
    made = crm.send(
        "POST",
        "/contacts",
        {**ADA, "custom_fields": [{"field": {"id": "custom_field_1"}, "value": "blue"}]},
    )
    crm.clock.go(60)
    assert crm.send("PATCH", f"/contacts/{made['id']}", made) == made


def test_extra_data_and_other_derived_members_are_passed_over(crm: Crm) -> None:
    made = crm.send("POST", "/contacts", ADA)
    crm.hands.add_bucket("Clients")
    sent = {
        "id": "contact_99",
        "updated_at": "2001-01-01T00:00:00Z",
        "extra_data": {"buckets": [{"id": "bucket_1"}], "relationship_status": "strong"},
    }
    assert crm.send("PATCH", f"/contacts/{made['id']}", sent) == made


def test_a_create_with_an_address_that_is_there_returns_the_old_contact_as_it_was(crm: Crm) -> None:
    old = crm.send("POST", "/contacts", ADA)
    crm.clock.go(60)
    new = {"first_name": "Else", "email_addresses": [{"address": "ADA@example.org"}]}
    assert crm.send("POST", "/contacts", new) == old
    assert len(crm.get("/contacts")) == 1


def test_an_upsert_changes_the_contact_that_is_there(crm: Crm) -> None:
    old = crm.send("POST", "/contacts", ADA)
    new = {"first_name": "Else", "email_addresses": [{"address": "ADA@example.org"}]}
    changed = crm.send("POST", "/contacts", new, upsert="true")
    assert (changed["id"], changed["first_name"]) == (old["id"], "Else")
    assert changed["last_name"] == "Example"


def test_a_create_finds_archived_contacts_or_not(crm: Crm) -> None:
    old = crm.send("POST", "/contacts", ADA)
    crm.hands.archive(old["id"])
    assert crm.send("POST", "/contacts", ADA)["id"] == old["id"]
    crm.turn(finds_archived=False)
    assert crm.send("POST", "/contacts", ADA)["id"] != old["id"]


def test_contacts_without_an_address_are_made_each_time(crm: Crm) -> None:
    for _ in range(2):
        crm.send("POST", "/contacts", {"first_name": "Bo"})
    assert crm.listed() == ["Bo", "Bo"]


def test_what_was_made_is_answered_with_200_or_201(crm: Crm) -> None:
    assert crm.call("POST", "/contacts", {"first_name": "Bo"}).status_code == 200
    crm.turn(created_status=201)
    assert crm.call("POST", "/contacts", ADA).status_code == 201
    assert crm.call("POST", "/contacts", ADA).status_code == 200


def test_the_date_of_creation_can_be_given(crm: Crm) -> None:
    made = crm.send("POST", "/contacts", {"first_name": "Bo", "created_at": "2015-03-01"})
    assert made["created_at"] == "2015-03-01T00:00:00Z"
    assert made["updated_at"] == "2026-11-23T12:00:00Z"


def test_the_bare_email_of_the_vendors_first_examples_is_taken(crm: Crm) -> None:
    answer = crm.call("POST", "/contacts", {"email": "bo@example.org"})
    assert answer.json()["data"]["email_addresses"][0]["address"] == "bo@example.org"
    crm.sandbox.exchanges.clear()


def test_a_list_that_is_sent_replaces_the_old_one_and_known_elements_keep_their_ids(
    crm: Crm,
) -> None:
    made = crm.send("POST", "/contacts", ADA)
    work = made["email_addresses"][0]
    sent = [{"address": "new@example.org"}, {**work, "label": "Office"}]
    changed = crm.send("PATCH", f"/contacts/{made['id']}", {"email_addresses": sent})
    assert changed["email_addresses"] == [
        {"id": "contact_identity_2", "label": None, "address": "new@example.org"},
        {**work, "label": "Office"},
    ]
    same = [{"address": work["address"]}]
    changed = crm.send("PATCH", f"/contacts/{made['id']}", {"email_addresses": same})
    assert changed["email_addresses"] == [{**work, "label": None}]
    changed = crm.send("PATCH", f"/contacts/{made['id']}", {"email_addresses": [], "tags": []})
    assert (changed["email_addresses"], changed["tags"]) == ([], [])


def test_with_merging_lists_what_is_not_sent_stays(crm: Crm) -> None:
    crm.turn(lists="merge")
    colour, size = crm.hands.define_field("Colour"), crm.hands.define_field("Size")
    made = crm.send(
        "POST", "/contacts", {**ADA, "custom_fields": [{"field": {"id": colour}, "value": "blue"}]}
    )
    sent = {
        "tags": ["Cold"],
        "email_addresses": [{"address": "two@example.org"}],
        "phone_numbers": [],
        "custom_fields": [{"field": {"id": size}, "value": "L"}],
    }
    changed = crm.send("PATCH", f"/contacts/{made['id']}", sent)
    assert changed["tags"] == ["Client", "Cold"]
    addresses = [email["address"] for email in changed["email_addresses"]]
    assert addresses == ["Ada@Example.org", "two@example.org"]
    assert changed["phone_numbers"] == made["phone_numbers"]
    assert [item["value"] for item in changed["custom_fields"]] == ["blue", "L"]
    phone = {**made["phone_numbers"][0], "number": "+32 2 555 00 00"}
    changed = crm.send("PATCH", f"/contacts/{made['id']}", {"phone_numbers": [phone]})
    assert changed["phone_numbers"] == [phone]


def test_an_archived_contact_is_gone_except_to_who_asks_for_it(crm: Crm) -> None:
    made = crm.send("POST", "/contacts", ADA)
    path = f"/contacts/{made['id']}"
    crm.clock.go(60)
    archived = crm.send("POST", f"{path}/archive")
    assert archived == {**made, "updated_at": "2026-11-23T12:01:00Z"}
    for method, data in (("GET", None), ("PATCH", {"title": "X"}), ("DELETE", None)):
        assert crm.call(method, path, data).status_code == 404
    assert crm.get(path, with_archived="true") == archived
    assert crm.get("/contacts") == []
    assert crm.listed(with_archived="true") == crm.listed(archived="true") == ["Ada"]
    crm.send("POST", f"{path}/unarchive")
    assert crm.listed() == ["Ada"]
    assert crm.listed(archived="true") == []


def test_archived_contacts_may_be_shown_by_id_and_may_say_so(crm: Crm) -> None:
    made = crm.send("POST", "/contacts", {**ADA, "external_id": "x-1"})
    assert "archived_at" not in made
    assert "external_id" not in made
    crm.turn(hides_archived=False, tells_archived=True)
    crm.hands.archive(made["id"])
    read = crm.get(f"/contacts/{made['id']}")
    assert (read["archived_at"], read["external_id"]) == ("2026-11-23T12:00:00Z", "x-1")
    assert crm.listed(external_id="x-1", with_archived="true") == ["Ada"]


def test_merged_contacts_are_gone_and_what_they_had_is_kept(crm: Crm) -> None:
    colour = crm.hands.define_field("Colour")
    first = crm.hands.add({"first_name": "Ada", "email_addresses": [{"address": "a@x.org"}]})
    other = crm.hands.add(
        {
            "first_name": "Adah",
            "company": "Example Ltd",
            "tags": ["Client"],
            "email_addresses": [{"address": "A@x.org"}, {"address": "b@x.org"}],
            "custom_fields": [{"field": {"id": colour}, "value": "blue"}],
        }
    )
    crm.hands.note(other, "Likes tea")
    merged = crm.send("POST", f"/contacts/{first}/merge", {"contact_ids": [other]})
    assert (merged["first_name"], merged["company"]) == ("Ada", "Example Ltd")
    assert [email["address"] for email in merged["email_addresses"]] == ["a@x.org", "b@x.org"]
    assert (merged["tags"], merged["custom_fields"][0]["value"]) == (["Client"], "blue")
    assert [note["body"] for note in crm.get(f"/contacts/{first}/notes")] == ["Likes tea"]
    assert crm.call("GET", f"/contacts/{other}").status_code == 404
    itself = crm.call("POST", f"/contacts/{first}/merge", {"contact_ids": [first]})
    unknown = crm.call("POST", f"/contacts/{first}/merge", {"contact_ids": [other]})
    assert unknown.status_code == 404
    assert itself.status_code == 422


def test_whether_membership_and_idle_writes_move_the_date_of_change_is_a_switch(crm: Crm) -> None:
    bucket = crm.hands.add_bucket("Clients")
    id = crm.hands.add({"first_name": "Ada"})

    def moves(data: dict[str, Any]) -> bool:
        before = crm.get(f"/contacts/{id}")["updated_at"]
        crm.clock.go(60)
        return bool(crm.send("PATCH", f"/contacts/{id}", data)["updated_at"] != before)

    assert moves({"tags": ["A"]})
    assert moves({"bucket_ids": [bucket]})
    assert not moves({"tags": ["A"]})
    crm.turn(tags_touch=False, buckets_touch=False, idle_writes_touch=True)
    assert not moves({"tags": ["B"]})
    assert not moves({"bucket_ids": []})
    assert not moves({"bucket_ids": [bucket], "tags": ["A"]})
    assert moves({"tags": ["A"]})
    assert moves({"tags": ["C"], "title": "Boss"})
    crm.turn(archiving_touches=False)
    before = crm.get(f"/contacts/{id}")["updated_at"]
    crm.clock.go(60)
    crm.hands.archive(id)
    assert crm.get(f"/contacts/{id}", with_archived="true")["updated_at"] == before


def test_values_are_reformatted_when_the_app_does_so(crm: Crm) -> None:
    crm.turn(
        trims=True,
        lowers_emails=True,
        formats_phones=True,
        longest=20,
        entities=True,
        addresses="composed",
    )
    made = crm.send(
        "POST",
        "/contacts",
        {
            **ADA,
            "first_name": "  Ada   B ",
            "company": "A & B <Ltd>",
            "title": "x" * 30,
            "phone_numbers": [{"number": "1-555-123-4567"}, {"number": "+32 2 555 00 00"}],
        },
    )
    assert made["first_name"] == "Ada B"
    assert made["company"] == "A &amp; B &lt;Ltd&gt;"
    assert made["title"] == "x" * 20
    assert made["email_addresses"][0]["address"] == "ada@example.org"
    numbers = [phone["number"] for phone in made["phone_numbers"]]
    assert numbers == ["(555) 123-4567", "+32 2 555 00 00"]
    assert made["addresses"][0]["full_address"] == "1 Sample Street, Ghent, 9000"
    # What it made of a value it leaves alone afterwards.
    again = crm.send("PATCH", f"/contacts/{made['id']}", {"company": made["company"]})
    assert again["company"] == made["company"]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("234-567-8901", "(234) 567-8901"),
        ("+1 (234) 567.8901", "(234) 567-8901"),
        ("12345678901", "(234) 567-8901"),
        ("+32 234 567 890 1", "+32 234 567 890 1"),
        ("call reception", "call reception"),
        ("234-567-8901 ext. 5", "234-567-8901 ext. 5"),
    ],
)
def test_phone_numbers_of_north_america_get_its_form(crm: Crm, sent: str, shown: str) -> None:
    crm.turn(formats_phones=True)
    made = crm.send("POST", "/contacts", {"phone_numbers": [{"number": sent}]})
    assert made["phone_numbers"][0]["number"] == shown


def test_of_postal_addresses_only_the_full_line_may_be_kept(crm: Crm) -> None:
    crm.turn(addresses="full only")
    made = crm.send("POST", "/contacts", ADA)
    address = made["addresses"][0]
    assert address["full_address"] == "1 Sample Street, Ghent, 9000"
    assert (address["label"], address["street_1"], address["city"]) == ("Home", None, None)


def test_values_stay_as_they_are_sent_unless_a_switch_says_otherwise(crm: Crm) -> None:
    odd = {"first_name": "  Ada ", "company": "A & B", "phone_numbers": [{"number": "2345678901"}]}
    made = crm.send("POST", "/contacts", {**ADA, **odd})
    assert (made["first_name"], made["company"]) == ("  Ada ", "A & B")
    assert made["phone_numbers"][0]["number"] == "2345678901"
    assert made["email_addresses"][0]["address"] == "Ada@Example.org"
    assert made["addresses"][0]["full_address"] is None
