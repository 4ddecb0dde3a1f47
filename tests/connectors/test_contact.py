from __future__ import annotations

import json

import pytest

from connectors.contact import (
    Address,
    Contact,
    Entry,
    Segment,
    Value,
    contact_from_json,
    contact_to_json,
    digest,
    entries,
    value_from_json,
    value_to_json,
)

FULL = Contact(
    {
        "first_name": "Zoë",
        "emails": (Entry("z@x.org", "work", True), Entry("zoe@x.org")),
        "addresses": (Entry(Address(city="Ghent", country="BE"), "home"),),
    },
    frozenset({Segment("tag", "Client"), Segment("bucket", "Cold")}),
    "subscribed",
    "2026-11-23",
    True,
)


@pytest.mark.parametrize("contact", [Contact(), FULL], ids=["empty", "full"])
def test_a_contact_survives_its_json(contact: Contact) -> None:
    data = json.loads(json.dumps(contact_to_json(contact)))
    assert contact_from_json(data) == contact
    assert contact_to_json(contact_from_json(data)) == data


@pytest.mark.parametrize("value", ["", "x", (), (Entry("x"),), (Entry(Address(city="G"), "w"),)])
def test_a_value_survives_its_json(value: Value) -> None:
    assert value_from_json(json.loads(json.dumps(value_to_json(value)))) == value


def test_the_digest_changes_with_anything_and_not_with_the_order_of_fields() -> None:
    others = [
        Contact(),
        FULL,
        FULL.with_fields({"first_name": "Zoe"}),
        FULL.with_fields({"emails": FULL.get("emails")[::-1]}),
        FULL.with_fields({"emails": (Entry("z@x.org", "home", True), Entry("zoe@x.org"))}),
        Contact(FULL.fields, frozenset(), FULL.status, FULL.created, FULL.deleted),
        Contact(FULL.fields, FULL.segments, "pending", FULL.created, FULL.deleted),
        Contact(FULL.fields, FULL.segments, FULL.status, "", FULL.deleted),
        Contact(FULL.fields, FULL.segments, FULL.status, FULL.created, False),
    ]
    assert len({digest(contact) for contact in others}) == len(others)
    turned = Contact(dict(reversed(FULL.fields.items())), *_rest(FULL))
    assert digest(turned) == digest(FULL)
    assert len(digest(FULL)) == 32


def _rest(contact: Contact) -> tuple[frozenset[Segment], str, str, bool]:
    return contact.segments, contact.status, contact.created, contact.deleted


def test_texts_have_the_primary_one_first() -> None:
    contact = Contact({"emails": (Entry("b@x.org"), Entry("a@x.org", primary=True))})
    assert (contact.text("emails"), contact.texts("emails")) == ("a@x.org", ("a@x.org", "b@x.org"))
    assert Contact({"emails": entries(["b@x.org", "a@x.org"])}).text("emails") == "b@x.org"
    assert (Contact().text("emails"), Contact().texts("emails")) == ("", ())
    assert Contact({"company": "x"}).texts("company") == ("x",)


@pytest.mark.parametrize(
    ("fields", "name", "title"),
    [
        ({"first_name": "Ann", "last_name": "Smith", "name_prefix": "Dr."}, "Dr. Ann Smith", None),
        ({"full_name": "A. Smith", "first_name": "Ann"}, "A. Smith", None),
        ({"company": "Ajax", "emails": entries(["a@x.org"])}, "", "Ajax"),
        ({"emails": entries(["a@x.org"]), "phones": entries(["1"])}, "", "a@x.org"),
        ({"phones": entries(["1"])}, "", "1"),
        ({}, "", "(without a name)"),
    ],
)
def test_what_a_person_calls_a_contact(
    fields: dict[str, Value], name: str, title: str | None
) -> None:
    contact = Contact(fields)
    assert (contact.name, contact.title) == (name, title or name)


def test_with_fields_removes_what_is_empty() -> None:
    contact = Contact({"company": "x", "notes": "n"}).with_fields({"notes": "", "emails": ()})
    assert contact == Contact({"company": "x"})


def test_an_address_knows_its_filled_parts() -> None:
    address = Address(city="Ghent", street="Main 1")
    assert (address.parts(), str(address)) == (
        {"street": "Main 1", "city": "Ghent"},
        "Main 1, Ghent",
    )
    assert (bool(address), bool(Address())) == (True, False)


def test_entries_leave_out_what_is_empty() -> None:
    assert entries(["x", "", Address()], "home") == (Entry("x", "home"),)
