"""A contact of the API ↔ Contact: what is read, what is written, and the laws between them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contact import Address, Contact, Entry, Segment
from connectors.contactually.own_fields import own_fields
from connectors.contactually.translate import (
    FIELDS,
    fault_of,
    read_contact,
    read_time,
    version_of,
    write_members,
    write_tags,
)
from connectors.errors import Refused
from tests.connectors.contactually.scripted import record

OWN = own_fields([{"id": "custom_field_7", "name": "Colour", "type": "textfield"}])


# --- Reading ------------------------------------------------------------------------------


def test_record_is_read_by_our_names():
    contact = read_contact(
        record(
            location="Ghent",
            phone_numbers=[{"id": "u1", "label": "Mobile", "number": "+32 2 555 00 00"}],
            websites=[{"id": "u2", "label": None, "address": "ada.example"}],
            custom_fields=[{"field": {"id": "custom_field_7", "name": "Colour"}, "value": "blue"}],
        ),
        OWN,
    )
    assert contact == Contact(
        {
            "first_name": "Ada",
            "last_name": "Example",
            "company": "Example Ltd",
            "job_title": "Engineer",
            "custom:Location": "Ghent",
            "emails": (Entry("ada@example.org", "work"),),
            "phones": (Entry("+32 2 555 00 00", "mobile"),),
            "urls": (Entry("ada.example"),),
            "custom:Colour": "blue",
        },
        frozenset({Segment("tag", "Newsletter"), Segment("bucket", "Clients")}),
        created="2018-01-02T03:04:05+00:00",
    )


def test_nothing_is_read_of_empty_members():
    empty = record(
        first_name=None, last_name=" ", company="", title=None, tags=None, email_addresses=None,
        extra_data=None,
    )  # fmt: skip
    assert read_contact(empty, OWN).fields == {}
    assert read_contact({"id": "contact_1"}, OWN) == Contact()


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2016-08-26 14:37:11 UTC", "2016-08-26T14:37:11+00:00"),
        ("2018-11-20T01:28:34Z", "2018-11-20T01:28:34+00:00"),
        ("2018-11-20T01:28:34", "2018-11-20T01:28:34+00:00"),
        ("2018-11-20T02:28:34+01:00", "2018-11-20T01:28:34+00:00"),
        ("yesterday", ""),
        ("0001-01-01T00:00:00+14:00", ""),
        (None, ""),
        (1542677314, ""),
    ],
)
def test_both_spellings_of_a_time_are_read(text, time):
    read = read_time(text)
    assert (read.isoformat() if read else "") == time


@pytest.mark.parametrize(
    ("items", "read"),
    [
        ([None, 7, [], {}, {"label": "Work"}, {"address": " "}], ()),
        (["ada@x.example"], (Entry("ada@x.example"),)),
        ([{"address": " ada@x.example ", "label": 5}], (Entry("ada@x.example"),)),
        ([{"address": "a@x.example", "label": " Corner Payphone "}],
         (Entry("a@x.example", "corner payphone"),)),
    ],
)  # fmt: skip
def test_odd_elements_say_what_they_can(items, read):
    assert read_contact(record(email_addresses=items), OWN).get("emails") == (read or "")


@pytest.mark.parametrize("odd", ["none", {"address": "a@x"}, 5, True])
def test_what_stands_in_place_of_a_list_is_a_fault_and_no_clearing(odd):
    assert "email_addresses" in fault_of(record(email_addresses=odd))
    assert fault_of(record(email_addresses=None)) == fault_of({"id": "contact_1"}) == ""


@given(
    st.dictionaries(
        st.sampled_from([*record(), "archived_at"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        ["id", "name", "field", "value", "label", "address", "buckets"]
                    ),
                    inner,
                    max_size=4,
                )
            ),
            max_leaves=8,
        ),
    )
)
def test_no_record_is_too_odd_to_be_read(odd: dict[str, Any]):
    strange = {**record(), **odd, "id": "contact_31"}
    contact = read_contact(strange, OWN)
    assert all(contact.fields.values())
    assert version_of(strange)
    fault_of(strange)


# --- Versions -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "members",
    [
        {"first_name": "Eva"},
        {"tags": []},
        {"avatar_url": "https://x.example/a.png"},
        {"custom_fields": [{"field": {"id": "custom_field_7", "name": "C"}, "value": "x"}]},
        {"extra_data": {"buckets": []}},
        {"extra_data": {"buckets": [{"id": "bucket_12", "name": "Renamed"}]}},
    ],
)
def test_version_changes_with_what_people_change(members):
    assert version_of(record(**members)) != version_of(record())


def test_version_stays_with_what_moves_by_itself():
    restless = record(
        created_at="2018-01-02 03:04:05 UTC",
        updated_at="2020-01-01T00:00:00Z",
        extra_data={
            "buckets": [{"id": "bucket_12", "name": "Clients", "reminder_interval": 60}],
            "last_contacted": "2020-01-01T00:00:00Z",
            "relationship_status": "fading",
        },
    )
    assert version_of(restless) == version_of(record())
    assert version_of(record(), deleted=True) != version_of(record())


# --- Writing ------------------------------------------------------------------------------


def test_new_contact_is_written_in_the_vendors_words():
    fields = {
        "first_name": "Ada",
        "job_title": "Engineer",
        "custom:Location": "Ghent",
        "company": "",
        "emails": (Entry("a@x.example", "home"), Entry("ada@x.example", "work", primary=True)),
        "phones": (Entry("+32 2 555 00 00", "work fax"),),
        "addresses": (Entry(Address("Street 1", city="Ghent", region="OV", postcode="9000")),),
        "urls": (Entry("ada.example", "straße"),),
        "custom:Colour": "blue",
    }
    assert write_members({}, fields, OWN) == {
        "first_name": "Ada",
        "title": "Engineer",
        "location": "Ghent",
        # Nothing marks the primary one but its place.
        "email_addresses": [
            {"label": "Work", "address": "ada@x.example"},
            {"label": "Home", "address": "a@x.example"},
        ],
        "phone_numbers": [{"label": "Work fax", "number": "+32 2 555 00 00"}],
        "addresses": [
            {"label": None, "street_1": "Street 1", "city": "Ghent", "state": "OV", "zip": "9000"}
        ],
        "websites": [{"label": "Straße", "address": "ada.example"}],
        "custom_fields": [{"field": {"id": "custom_field_7", "name": "Colour"}, "value": "blue"}],
    }


def test_only_what_changes_is_written():
    same = {"first_name": "Ada", "emails": (Entry("ada@example.org", "work"),), "phones": ()}
    assert write_members(record(), {**same, "job_title": "", "last_name": "Byron"}, OWN) == {
        "title": None,
        "last_name": "Byron",
    }


def test_elements_keep_their_ids_labels_and_foreign_members():
    held = [
        {"id": "i1", "label": "WORK", "address": "Ada@Work.example", "verified": True},
        {"id": "i2", "label": None, "address": ""},
        {"id": "i3", "label": "Home", "address": "ada@home.example"},
        {"id": "i4", "label": "Old", "address": "ada@old.example"},
    ]
    wanted = (
        Entry("ada@work.example", "work"),
        Entry("ada@new.example", "home"),
        Entry("a@x.example"),
    )
    written = write_members(record(email_addresses=held), {"emails": wanted}, OWN)
    assert written["email_addresses"] == [
        {"id": "i1", "label": "WORK", "address": "ada@work.example", "verified": True},
        {"id": "i3", "label": "Home", "address": "ada@new.example"},
        # The one that was left over was edited into it.
        {"id": "i4", "label": None, "address": "a@x.example"},
        held[1],
    ]


def test_a_field_that_is_not_there_is_refused_by_name():
    with pytest.raises(Refused, match="Contactually has no field birthday"):
        write_members(record(), {"birthday": "1985-04-12"}, OWN)
    assert write_members(record(), {"birthday": ""}, OWN) == {}


def test_tags_compare_folded_and_stay_as_they_are_written():
    held = record(tags=["VIP é", "Old", "kept"])
    assert write_tags(held, ["vip É", "New"], ["OLD", "never there"]) == ["VIP é", "kept", "New"]
    assert write_tags(held, ["Old"], ["old"]) == ["VIP é", "kept", "Old"]
    assert write_tags(record(tags=None), [], ["x"]) == []
    twice = record(tags=["VIP", "vip"])
    assert write_tags(twice, [], []) == ["VIP", "vip"]


# --- Postal addresses ---------------------------------------------------------------------

FULL = {"id": "u1", "label": "Home", "full_address": "Korenmarkt 1, 9000 Ghent"}
NULLS = dict.fromkeys(("street_1", "street_2", "city", "state", "zip", "country"))


@pytest.mark.parametrize(
    ("item", "read"),
    [
        (FULL, Address("Korenmarkt 1, 9000 Ghent")),
        ({**FULL, **NULLS}, Address("Korenmarkt 1, 9000 Ghent")),
        # One that the server made of the parts says nothing new.
        ({**FULL, "street_1": "Korenmarkt 1", "city": "Ghent", "zip": "9000"},
         Address("Korenmarkt 1", city="Ghent", postcode="9000")),
        ({**FULL, "city": "Ghent"}, Address("Korenmarkt 1, 9000 Ghent", city="Ghent")),
        ({"full_address": "Ghent, 9000", "city": "Ghent", "zip": "9000"},
         Address(city="Ghent", postcode="9000")),
        ({"street_2": "bus 3", "country": "BE"}, Address(extended="bus 3", country="BE")),
        ({"full_address": 5, "city": []}, None),
    ],
)  # fmt: skip
def test_no_part_of_an_address_is_lost_or_guessed(item, read):
    shown = read_contact(record(addresses=[item]), OWN).get("addresses")
    assert [entry.value for entry in shown] == ([read] if read else [])


def _rewritten(item: dict[str, Any], address: Address) -> list[Any]:
    changes = {"addresses": (Entry(address, "home"),)}
    return write_members(record(addresses=[item]), changes, OWN).get("addresses", [item])


def test_an_address_of_one_line_stays_one_when_it_is_written():
    shown = Address("Korenmarkt 1, 9000 Ghent")
    assert _rewritten(FULL, shown) == [FULL]
    edited = "Veldstraat 2, 9000 Ghent"
    assert _rewritten(FULL, Address(edited)) == [{**FULL, "full_address": edited}]


def test_an_address_of_one_line_that_gets_parts_does_not_contradict_them():
    parts = Address("Veldstraat 2", city="Ghent", postcode="9000")
    (item,) = _rewritten(FULL, parts)
    assert item == {
        **FULL,
        "street_1": "Veldstraat 2",
        "city": "Ghent",
        "zip": "9000",
        "full_address": "Veldstraat 2, Ghent, 9000",
    }
    assert read_contact(record(addresses=[item]), OWN).get("addresses") == (Entry(parts, "home"),)


def test_an_address_of_one_line_and_parts_loses_the_parts_that_are_cleared():
    (item,) = _rewritten({**FULL, "city": "Ghent"}, Address("Veldstraat 2"))
    assert item == {
        **FULL, "street_1": "Veldstraat 2", "city": None, "full_address": "Veldstraat 2"
    }  # fmt: skip


def test_a_part_that_is_cleared_is_written_as_null():
    item = {"id": "u1", "label": "Home", "street_1": "Street 1", "city": "Ghent"}
    assert _rewritten(item, Address("Street 1")) == [{**item, "city": None}]


def test_a_post_office_box_is_refused_rather_than_garbled():
    with pytest.raises(Refused, match="post-office box"):
        _rewritten(FULL, Address("Korenmarkt 1", po_box="7"))


# --- Laws ---------------------------------------------------------------------------------

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).map(str.strip)
LABELS = WORDS.map(str.lower).filter(lambda text: text == text.lower())
LINES = st.builds(
    Address, WORDS, WORDS, st.just(""), WORDS, WORDS, WORDS, WORDS
)  # without a post-office box
LISTS = {
    name: st.lists(st.builds(Entry, values, LABELS), max_size=4)
    .map(tuple)
    .map(lambda items: tuple(item for item in items if item.value))
    for name, values in {
        "emails": WORDS,
        "phones": WORDS,
        "urls": WORDS,
        "addresses": LINES,
    }.items()
}
CONTACTS = st.fixed_dictionaries(
    {}, optional={**{item.name: LISTS.get(item.name, WORDS) for item in FIELDS},
                  "custom:Colour": WORDS}
)  # fmt: skip
HELD = st.fixed_dictionaries(
    {},
    optional={
        "addresses": st.lists(
            st.fixed_dictionaries(
                {"id": WORDS},
                optional={
                    name: st.none() | WORDS
                    for name in ("label", "full_address", "city", "street_1")
                },
            ),
            max_size=3,
        ),
        "email_addresses": st.lists(
            st.fixed_dictionaries({"id": WORDS, "address": WORDS, "label": st.none() | WORDS}),
            max_size=3,
        ),
    },
)


@given(CONTACTS)
def test_what_was_written_to_a_new_contact_is_read_again(fields):
    written = json.loads(json.dumps(write_members({}, fields, OWN)))
    expected = {name: value for name, value in fields.items() if value}
    assert read_contact({"id": "contact_1", **written}, OWN).fields == expected


@given(HELD, CONTACTS)
def test_what_was_written_over_another_contact_is_read_again(held, fields):
    before = record(**held)
    after = {**before, **write_members(before, fields, OWN)}
    expected = read_contact(before, OWN).with_fields(fields)
    assert read_contact(after, OWN).fields == expected.fields


@given(HELD)
def test_writing_what_is_shown_writes_nothing(held):
    before = record(**held)
    shown = read_contact(before, OWN)
    written = write_members(before, {**{f.name: "" for f in FIELDS}, **shown.fields}, OWN)
    for name, value in written.items():  # what says nothing may have gone to the end of its list
        assert sorted(map(str, value)) == sorted(map(str, before[name]))
