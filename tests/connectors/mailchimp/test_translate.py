"""Members ↔ contacts, by samples of the documentation and of recorded answers, and by laws."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.connector import Create, Update
from connectors.contact import Address, Entry, Segment, entries
from connectors.errors import Refused
from connectors.fields import FieldType
from connectors.mailchimp.schema import MergeField, schema_of
from connectors.mailchimp.tags import tags_of
from connectors.mailchimp.translate import (
    contact_of,
    hash_of,
    new_member,
    not_kept,
    received_of,
    tag_changes,
    version_of,
    wish_of,
)
from connectors.mailchimp.values import OMITTED, read_value, write_value


def merge_field(id: int, tag: str, name: str, type: str, **more: Any) -> dict[str, Any]:
    return {"merge_id": id, "tag": tag, "name": name, "type": type, "options": {}, **more}


FIELDS = [
    merge_field(1, "FNAME", "First Name", "text", options={"size": 25}),
    merge_field(2, "LNAME", "Last Name", "text"),
    merge_field(3, "ADDRESS", "Address", "address", options={"default_country": 164}),
    merge_field(4, "PHONE", "Phone", "phone", options={"phone_format": "none"}),
    merge_field(5, "BIRTHDAY", "Birthday", "birthday", options={"date_format": "MM/DD"}),
    merge_field(6, "COMPANY", "Company", "text"),
    merge_field(7, "LTV", "Value", "number"),
    merge_field(8, "SINCE", "Since", "date", options={"date_format": "MM/DD/YYYY"}),
    merge_field(9, "SIZE", "Size", "dropdown", options={"choices": ["Small", "R&amp;D"]}),
    merge_field(10, "SITE", "Site", "url"),
    merge_field(11, "ZIPCODE", "Zip", "zip"),
    merge_field(12, "NAMEDAY", "Name day", "birthday", options={"date_format": "DD/MM"}),
    merge_field(13, "USPHONE", "US phone", "phone", options={"phone_format": "US"}),
    merge_field(14, "VIA", "Via", "radio", options={"choices": ["Web", "Shop"]}, required=True),
    merge_field(15, "PHOTO", "Photo", "imageurl"),
    merge_field(16, "OFFICE", "Office", "address"),
    merge_field(17, "MOOD", "Mood", "hologram"),
]
INTERESTS = [
    (
        {"id": "c1", "title": "Likes"},
        [{"id": "i1", "name": "Tea"}, {"id": "i2", "name": "R&amp;D"}],
    ),
    ({"id": "c2", "title": "Sells"}, [{"id": "i3", "name": "tea"}]),
]
SCHEMA = schema_of(FIELDS, INTERESTS)
MEMBER: dict[str, Any] = {
    "id": "62eeb292278cc15f5817cb78f7790b08",
    "email_address": "Urist.McVankab@freddiesjokes.example",
    "contact_id": "63bcbde11a3aac5d3e9b22a7bafd1ec7",
    "status": "subscribed",
    "merge_fields": {
        "FNAME": "Urist",
        "LNAME": "McVankab",
        "ADDRESS": {
            "addr1": "675 Ponce De Leon Ave NE",
            "addr2": "Suite 5000",
            "city": "Atlanta",
            "state": "GA",
            "zip": "30308",
            "country": "US",
        },
        "PHONE": "",
        "BIRTHDAY": "04/12",
        "LTV": 100.5,
        "SINCE": "2026-01-31",
        "SIZE": "R&D",
        "NAMEDAY": "31/01",
    },
    "interests": {"i1": True, "i2": True, "i3": False, "gone": True},
    "timestamp_signup": "",
    "timestamp_opt": "2015-09-15T14:31:36+00:00",
    "last_changed": "2015-09-15T14:31:36+00:00",
    "tags_count": 1,
    "tags": [{"id": 7, "name": "Q&amp;A"}],
}


def field(tag: str) -> MergeField:
    found = SCHEMA.field_of(tag)
    assert found is not None
    return found


def update(fields: Any = None, add: Any = (), remove: Any = ()) -> Update:
    return Update("x", "v", b"", fields or {}, frozenset(add), frozenset(remove))


# --- What an audience offers --------------------------------------------------------------


def test_fields_are_ours_by_tag_and_type_and_their_own_otherwise():
    offered = {item.name: item for item in SCHEMA.catalogue(["VIP", "VIP"]).fields}
    assert list(offered)[:7] == [
        "emails", "first_name", "last_name", "addresses", "phones", "birthday", "company",
    ]  # fmt: skip
    types = {name: (item.type, item.many) for name, item in offered.items()}
    assert types["emails"] == (FieldType.EMAIL, False)
    assert types["phones"] == (FieldType.PHONE, False)
    assert types["addresses"] == types["custom:Office"] == (FieldType.ADDRESS, True)
    assert types["custom:Value"] == (FieldType.NUMBER, False)
    assert types["custom:Since"] == types["birthday"] == (FieldType.DATE, False)
    assert types["custom:Site"] == types["custom:Photo"] == (FieldType.URL, False)
    assert types["custom:Zip"] == (FieldType.TEXT, False)
    assert offered["custom:Size"].options == ("Small", "R&D")
    assert (offered["emails"].required, offered["custom:Via"].required) == (True, True)
    assert not offered["custom:Mood"].writable


@pytest.mark.parametrize(
    ("tag", "type"), [("FNAME", "number"), ("PHONE", "text"), ("BIRTHDAY", "date")]
)
def test_a_tag_of_another_type_is_no_standard_field(tag, type):
    schema = schema_of([merge_field(1, tag, "Mine", type)], [])
    assert [item.name for item in schema.fields] == ["custom:Mine"]


def test_two_fields_of_one_name_are_told_apart_by_their_id():
    fields = [
        merge_field(9, "SIZE2", "size", "text"),
        merge_field(4, "SIZE1", "Size", "text"),
        merge_field(5, "MMERGE5", "", "text"),
    ]
    names = {item.tag: item.name for item in schema_of(fields, []).fields}
    assert names == {
        "SIZE1": "custom:Size",
        "SIZE2": "custom:size (9)",
        "MMERGE5": "custom:MMERGE5",
    }


def test_groups_have_their_name_and_with_the_category_where_there_are_two():
    catalogue = SCHEMA.catalogue([])
    assert catalogue.segments == {"tag": (), "group": ("Likes: Tea", "R&D", "Sells: tea")}
    assert catalogue.registers == {"tag", "group"}
    assert SCHEMA.group("likes: r&d") == SCHEMA.group("R&D")
    assert "group" not in schema_of(FIELDS, []).catalogue([]).segments


def test_digest_of_a_schema_changes_with_names_and_not_with_options():
    digest = SCHEMA.digest
    other = {**FIELDS[8], "options": {"choices": ["XL"]}, "required": True}
    assert schema_of([*FIELDS[:8], other, *FIELDS[9:]], INTERESTS).digest == digest
    renamed = {**FIELDS[8], "name": "Shirt"}
    assert schema_of([*FIELDS[:8], renamed, *FIELDS[9:]], INTERESTS).digest != digest
    assert schema_of(FIELDS, INTERESTS[:1]).digest != digest


def test_odd_schemas_are_read():
    fields: list[Any] = [{}, {"tag": 5}, {"tag": "A", "options": None}, {"tag": "B", "name": 3}]
    schema = schema_of(fields, [({}, [{"id": None}, {"id": "x"}])])
    assert [item.name for item in schema.fields] == ["custom:A", "custom:B"]
    assert [group.id for group in schema.groups] == ["x"]


def test_mark_of_tags_tells_renames_and_removals_and_not_new_ones():
    old = tags_of([{"id": 1, "name": "A"}, {"id": 5, "name": "B"}])
    mark = old.mark()
    assert old.fit(mark)
    assert tags_of([{"id": 5, "name": "B"}, {"id": 1, "name": "A"}, {"id": 9, "name": "C"}]).fit(
        mark
    )
    assert not tags_of([{"id": 1, "name": "A"}, {"id": 5, "name": "Other"}]).fit(mark)
    assert not tags_of([{"id": 5, "name": "B"}]).fit(mark)
    assert not old.fit("nonsense")
    assert tags_of([{"id": 1, "name": "A"}]).fit(tags_of(None).mark())


# --- Reading ------------------------------------------------------------------------------


def test_member_as_documented_is_read():
    contact = contact_of(MEMBER, SCHEMA)
    assert contact is not None
    home = Address("675 Ponce De Leon Ave NE", "Suite 5000", "", "Atlanta", "GA", "30308", "US")
    assert contact.fields == {
        "emails": "Urist.McVankab@freddiesjokes.example",
        "first_name": "Urist",
        "last_name": "McVankab",
        "addresses": (Entry(home),),
        "birthday": "--04-12",
        "custom:Value": "100.5",
        "custom:Since": "2026-01-31",
        "custom:Size": "R&D",
        "custom:Name day": "--01-31",
    }
    assert contact.segments == {
        Segment("tag", "Q&A"), Segment("group", "Likes: Tea"), Segment("group", "R&D"),
    }  # fmt: skip
    assert (contact.status, contact.created) == ("subscribed", "2015-09-15T14:31:36+00:00")
    assert not contact.deleted


def test_archived_member_is_deleted_and_its_consent_is_not_known():
    contact = contact_of({**MEMBER, "status": "archived"}, SCHEMA)
    assert contact is not None
    assert (contact.deleted, contact.status) == (True, "")


@pytest.mark.parametrize("lacking", ["status", "merge_fields"])
def test_member_without_what_all_have_is_a_fault_and_no_cleared_contact(lacking):
    for value in (None, 5):
        received = received_of({**MEMBER, lacking: value}, SCHEMA)
        assert (received.contact, received.id) == (None, MEMBER["contact_id"])
        assert received.fault


def test_version_changes_with_the_record_and_its_schema_and_not_with_its_dates():
    version = version_of(MEMBER, "s")
    assert version_of({**MEMBER, "last_changed": "2026-01-01T00:00:00+00:00"}, "s") == version
    assert version_of({**MEMBER, "tags": [{"id": 8, "name": "Q&A"}]}, "s") == version
    assert version_of(MEMBER, "other") != version
    for name, value in {
        "status": "unsubscribed",
        "email_address": "a@b.example",
        "merge_fields": {**MEMBER["merge_fields"], "FNAME": "U"},
        "interests": {},
        "tags": [],
        "tags_count": 0,
    }.items():
        assert version_of({**MEMBER, name: value}, "s") != version


def test_where_not_all_tags_are_shown_the_date_makes_a_version_too():
    member = {**MEMBER, "tags_count": 51}
    other = {**member, "last_changed": "2026-01-01T00:00:00+00:00"}
    assert version_of(member, "s") != version_of(other, "s")


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.dictionaries(st.sampled_from(sorted(MEMBER)), _anything),
    st.dictionaries(st.sampled_from([item["tag"] for item in FIELDS]), _anything),
)
def test_odd_members_never_raise(odd, values):
    member = {**MEMBER, "merge_fields": values, **odd}
    received = received_of(member, SCHEMA)
    assert (received.contact is None) == bool(received.fault)
    json.loads(received.raw)
    assert received.version


# --- Values, both ways --------------------------------------------------------------------

_texts = st.text(min_size=1, max_size=255)
_lines = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)


@given(_texts)
@example("x" * 255)
def test_texts_are_kept_up_to_255_characters(text):
    assert read_value(field("FNAME"), write_value(field("FNAME"), text)) == text


def test_longer_text_is_refused_by_name():
    with pytest.raises(Refused, match=r"First Name has 256 characters"):
        write_value(field("FNAME"), "x" * 256)


@given(st.integers(-(10**15), 10**15) | st.floats(-1e6, 1e6).map(lambda x: round(x, 4)))
def test_numbers_are_kept(number):
    there = read_value(field("LTV"), json.loads(json.dumps(number)))
    sent = write_value(field("LTV"), there)
    assert isinstance(sent, int | float) and sent == number
    assert read_value(field("LTV"), json.loads(json.dumps(sent))) == there


@pytest.mark.parametrize("text", ["ten", "1e400", "NaN", "0.1234567890123456789", "1,5"])
def test_number_that_cannot_be_said_exactly_is_refused(text):
    with pytest.raises(Refused, match=r"Value"):
        write_value(field("LTV"), text)


@given(st.dates())
def test_dates_are_kept_and_birthdays_without_their_year(day: date):
    text = day.isoformat()
    assert read_value(field("SINCE"), write_value(field("SINCE"), text)) == text
    for tag in ("BIRTHDAY", "NAMEDAY"):
        for said in (text, f"-{text[4:]}"):
            assert read_value(field(tag), write_value(field(tag), said)) == f"-{text[4:]}"


def test_birthdays_are_written_as_the_field_has_them():
    assert write_value(field("BIRTHDAY"), "1985-04-12") == "04/12"
    assert write_value(field("NAMEDAY"), "--04-12") == "12/04"


@pytest.mark.parametrize(
    ("tag", "text"),
    [("SINCE", "--04-12"), ("SINCE", "soon"), ("BIRTHDAY", "--02-30"), ("BIRTHDAY", "April")],
)
def test_what_is_no_date_is_refused_by_name(tag, text):
    with pytest.raises(Refused, match=field(tag).label):
        write_value(field(tag), text)


@pytest.mark.parametrize(
    ("tag", "there"),
    [("BIRTHDAY", "31/12"), ("BIRTHDAY", "soon"), ("LTV", "many"), ("LTV", "Infinity")],
)
def test_what_does_not_fit_its_type_is_shown_as_it_is(tag, there):
    assert read_value(field(tag), there) == there


def test_choices_are_written_as_the_field_spells_them_or_refused():
    assert write_value(field("SIZE"), "small") == "Small"
    with pytest.raises(Refused, match=r"Size has no option"):
        write_value(field("SIZE"), "Huge")


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("+1 404 555 0100", "404-555-0100"),
        ("(404) 555-0100", "404-555-0100"),
        ("+32 9 123 45 67", "+32 9 123 45 67"),
        ("ask Ann", "ask Ann"),
    ],
)
def test_phones_are_written_american_where_the_field_is(text, sent):
    assert write_value(field("USPHONE"), text) == sent
    assert write_value(field("PHONE"), text) == text


_addresses = st.builds(
    Address,
    street=_lines,
    extended=_lines | st.just(""),
    city=_lines,
    region=_lines,
    postcode=_lines,
    country=_lines | st.just(""),
)


@given(_addresses)
def test_complete_addresses_are_kept(address):
    there = write_value(field("ADDRESS"), (Entry(address, "work"),))
    assert read_value(field("ADDRESS"), there) == (Entry(address),)


@pytest.mark.parametrize("lacking", ["street", "city", "region", "postcode"])
def test_incomplete_address_is_omitted(lacking):
    parts = {"street": "a", "city": "b", "region": "c", "postcode": "d"}
    assert write_value(field("ADDRESS"), (Entry(Address(**parts)),)) is not OMITTED
    del parts[lacking]
    assert write_value(field("ADDRESS"), (Entry(Address(**parts)),)) is OMITTED
    wish = wish_of(update({"addresses": (Entry(Address(**parts)),), "first_name": "Ann"}), SCHEMA)
    assert wish.patch == {"merge_fields": {"FNAME": "Ann"}}


def test_of_several_the_primary_one_is_written_else_the_first():
    near, far = (Address(name, "", "", "b", "c", "d") for name in ("near", "far"))
    both = (Entry(near), Entry(far, primary=True))
    assert write_value(field("ADDRESS"), both)["addr1"] == "far"
    assert write_value(field("ADDRESS"), both[:1])["addr1"] == "near"
    two = entries(["a@x.example", "b@x.example"])
    assert wish_of(update({"emails": two}), SCHEMA).address == "a@x.example"


def test_post_office_box_is_written_where_a_letter_finds_it():
    box = Address("", "", "Box 7", "b", "c", "d")
    assert write_value(field("ADDRESS"), (Entry(box),))["addr1"] == "Box 7"
    both = Address("Street 1", "Floor 2", "Box 7", "b", "c", "d")
    sent = write_value(field("ADDRESS"), (Entry(both),))
    assert (sent["addr1"], sent["addr2"]) == ("Street 1", "Floor 2, Box 7")


@pytest.mark.parametrize("item", SCHEMA.fields, ids=lambda item: item.tag)
def test_every_type_is_cleared_with_an_empty_text(item):
    assert write_value(item, "") == write_value(item, ()) == ""
    for empty in (None, "", {}, []):
        assert read_value(item, empty) == ""


# --- Writing ------------------------------------------------------------------------------


def test_only_what_is_named_is_sent():
    wish = wish_of(update({"last_name": "Jones", "phones": ""}), SCHEMA)
    assert (wish.address, wish.patch) == (None, {"merge_fields": {"LNAME": "Jones", "PHONE": ""}})


def test_groups_are_sent_by_their_ids():
    add = {Segment("group", "likes: tea")}
    remove = {Segment("group", "R&D"), Segment("group", "never there")}
    wish = wish_of(update({}, add, remove), SCHEMA)
    assert wish.patch == {"interests": {"i1": True, "i2": False}}


def test_what_the_audience_has_not_is_refused_by_name():
    with pytest.raises(Refused, match=r"no field Shoe size"):
        wish_of(update({"custom:Shoe size": "44"}), SCHEMA)
    with pytest.raises(Refused, match=r"no group Coffee"):
        wish_of(update({}, {Segment("group", "Coffee")}), SCHEMA)
    with pytest.raises(Refused, match=r"needs an e-mail address"):
        wish_of(update({"emails": ""}), SCHEMA)
    with pytest.raises(Refused, match=r"needs an e-mail address"):
        wish_of(Create("m", {"first_name": "Ann"}, status="subscribed"), SCHEMA)


def test_tags_are_deltas_in_the_spelling_of_the_member_and_the_audience():
    on, off = [Segment("tag", x) for x in ("q&a", "vip", "New")], [Segment("tag", "x")]
    wish = wish_of(update({}, on, off), SCHEMA)
    assert tag_changes(wish, MEMBER, {"vip": "VIP"}) == [
        {"name": "New", "status": "active"},
        {"name": "VIP", "status": "active"},
    ]
    wish = wish_of(update({}, [], [Segment("tag", "Q&a")]), SCHEMA)
    assert tag_changes(wish, MEMBER, {}) == [{"name": "Q&A", "status": "inactive"}]


def test_new_member_is_sent_what_is_filled():
    fields = {"emails": "ann@x.example", "first_name": "Ann", "phones": ""}
    wish = wish_of(Create("m", fields, frozenset({Segment("tag", "vip")}), "pending"), SCHEMA)
    assert new_member(wish, "pending", {"vip": "VIP"}) == {
        "email_address": "ann@x.example",
        "status": "pending",
        "merge_fields": {"FNAME": "Ann"},
        "tags": ["VIP"],
    }


def test_what_was_not_kept_is_named():
    add = {Segment("tag", "VIP"), Segment("group", "Sells: Tea")}
    wish = wish_of(update({"first_name": "Ann", "phones": "", "custom:Zip": "1"}, add), SCHEMA)
    assert not_kept(wish, MEMBER, SCHEMA) == ["Zip", "Sells: tea", "VIP"]


def test_hash_is_that_of_the_address_in_lower_case():
    """The example of https://mailchimp.com/developer/marketing/docs/methods-parameters/."""
    address = "Urist.McVankab@freddiesjokes.com"
    assert hash_of(address) == "62eeb292278cc15f5817cb78f7790b08"
