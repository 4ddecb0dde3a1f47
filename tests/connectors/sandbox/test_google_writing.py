"""Creating, changing and deleting one contact at the stand-in of Google Contacts."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.connectors.sandbox.google_desk import (
    FIELDS,
    Desk,
    desk,
    detail,
    refused,
)

MY_CONTACTS = "contactGroups/myContacts"


@pytest.fixture
def at() -> Iterator[Desk]:
    with desk() as opened:
        yield opened


def groups(person: dict[str, Any]) -> list[str]:
    return [
        item["contactGroupMembership"]["contactGroupResourceName"]
        for item in person.get("memberships", [])
    ]


def membership(group: str) -> dict[str, Any]:
    return {"contactGroupMembership": {"contactGroupResourceName": group}}


# --- Creating -----------------------------------------------------------------------------


def test_a_new_contact_is_among_my_contacts(at: Desk) -> None:
    label = at.hands.add_label("Clients")

    alone = at.create(names=[{"givenName": "Ann"}])
    labelled = at.create(memberships=[membership(label)])

    assert groups(alone) == [MY_CONTACTS]
    assert groups(labelled) == [label]  # who sends groups sends all of them


def test_the_answer_has_all_fields_unless_some_are_asked_for(at: Desk) -> None:
    body = {"names": [{"givenName": "Ann"}], "urls": [{"value": "https://example.org"}]}

    everything = at.people.createContact(body=body).execute()
    little = at.people.createContact(body=body, personFields="names").execute()

    assert everything.keys() >= {"metadata", "names", "urls", "memberships"}
    assert set(little) == {"resourceName", "etag", "names"}


@pytest.mark.parametrize("field", ["names", "biographies", "birthdays", "genders"])
def test_of_some_fields_there_is_only_one_value(at: Desk, field: str) -> None:
    items: dict[str, list[Any]] = {
        "names": [{"givenName": "Ann"}, {"givenName": "Anna"}],
        "biographies": [{"value": "a"}, {"value": "b"}],
        "birthdays": [{"date": {"year": 1990}}, {"date": {"year": 1991}}],
        "genders": [{"value": "male"}, {"value": "female"}],
    }
    words = f"Cannot have more than one person.{field} per source."

    with refused(400, "INVALID_ARGUMENT", words):
        at.create(**{field: items[field]})
    person = at.create(**{field: items[field][:1]})
    with refused(400, "INVALID_ARGUMENT", words):
        at.update(person, field, **{field: items[field]})


def test_what_only_the_service_says_is_not_taken_from_others(at: Desk) -> None:
    person = at.create(
        names=[{"givenName": "Ann", "displayName": "Zoe", "displayNameLastFirst": "Zoe"}],
        phoneNumbers=[{"value": "+31201234567", "canonicalForm": "+1", "formattedType": "X"}],
        emailAddresses=[{"value": "a@example.org", "metadata": {"primary": False}}],
        photos=[{"url": "https://example.org/me.png"}],
        memberships=[membership(MY_CONTACTS), {"contactGroupMembership": {"contactGroupId": "x"}}],
    )

    assert person["names"][0]["displayName"] == "Ann"
    assert person["phoneNumbers"][0]["canonicalForm"] == "+31201234567"
    assert "formattedType" not in person["phoneNumbers"][0]
    assert person["emailAddresses"][0]["metadata"]["primary"] is True
    assert person["photos"][0]["default"] is True
    assert groups(person) == [MY_CONTACTS]


def test_values_without_content_are_not_kept(at: Desk) -> None:
    person = at.create(
        names=[{"givenName": "", "familyName": "Bee"}],
        emailAddresses=[{"value": "", "type": "work"}, {"value": "a@example.org"}],
        urls=[{"value": ""}],
        events=[{"type": "anniversary"}],
        nicknames=[{}],
    )

    assert "givenName" not in person["names"][0]
    assert [item["value"] for item in person["emailAddresses"]] == ["a@example.org"]
    assert not {"urls", "events", "nicknames"} & set(person)


def test_a_name_in_one_piece_is_taken_apart(at: Desk) -> None:
    def made(**name: str) -> tuple[str, str, str]:
        found = at.create(names=[name])["names"][0]
        return found.get("givenName", ""), found.get("familyName", ""), found["displayName"]

    assert made(unstructuredName="Ann B. Smith") == ("Ann B.", "Smith", "Ann B. Smith")
    assert made(unstructuredName="Ann") == ("Ann", "", "Ann")
    assert made(unstructuredName="Zoe", givenName="Ann") == ("Ann", "", "Ann")

    at.quirks(unstructured_wins=True)
    assert made(unstructuredName="Zoe Bee", givenName="Ann") == ("Zoe", "Bee", "Zoe Bee")
    assert made(unstructuredName="Ann", givenName="Ann") == ("Ann", "", "Ann")

    at.quirks(splits_names=False)
    assert made(unstructuredName="Ann Smith") == ("", "", "Ann Smith")


@pytest.mark.parametrize(
    "date",
    [
        {"year": 2023, "month": 2, "day": 29},
        {"year": 2024, "month": 13, "day": 1},
        {"month": 4, "day": 31},
        {"month": 4},
        {"year": 2024, "day": 3},
        {"year": 10_000, "month": 1, "day": 1},
        {"year": -1, "month": 1, "day": 1},
        {"day": 3},
    ],
)
def test_days_that_there_are_not_are_refused(at: Desk, date: dict[str, int]) -> None:
    for field in ("birthdays", "events"):
        with refused(400, "INVALID_ARGUMENT", "invalid date"):
            at.create(**{field: [{"date": date}]})


# --- The JSON itself ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ({"nam": []}, "Unknown name \"nam\" at 'person': Cannot find field."),
        (
            {"emailAddresses": [{"address": "a"}]},
            "Unknown name \"address\" at 'person.email_addresses[0]': Cannot find field.",
        ),
        ({"names": {"givenName": "Ann"}}, "Invalid value at 'person.names'"),
        ({"names": ["Ann"]}, "Invalid value at 'person.names[0]'"),
        ({"names": [{"givenName": 5}]}, "'person.names[0].given_name' (TYPE_STRING), 5"),
        ({"names": [{"givenName": ["A"]}]}, "Proto field is not repeating, cannot start list."),
        ({"birthdays": [{"date": {"year": "x"}}]}, '(TYPE_INT32), "x"'),
        ({"birthdays": [{"date": {"year": 2**31}}]}, "(TYPE_INT32)"),
        ({"birthdays": [{"date": {"year": True}}]}, "(TYPE_INT32)"),
        ({"locations": [{"value": "x", "current": "yes"}]}, '(TYPE_BOOL), "yes"'),
        ({"biographies": [{"contentType": "HTML"}]}, 'google.people.v1.ContentType), "HTML"'),
        ({"names": [None]}, "Invalid value at 'person.names[0]'"),
    ],
)
def test_json_of_another_shape_is_refused(at: Desk, person: Any, words: str) -> None:
    with refused(400, "INVALID_ARGUMENT", words) as error:
        at.create(**person)

    (violation,) = detail(error, "google.rpc.BadRequest")["fieldViolations"]
    assert violation["description"] == error["message"]
    assert violation["field"].startswith("person")


def test_what_protobuf_takes_for_a_number_is_taken(at: Desk) -> None:
    date = {"year": "1990", "month": 5.0, "day": 7}

    person = at.create(birthdays=[{"date": date}], urls=None, names=[{"givenName": None}])

    assert person["birthdays"][0]["date"] == {"year": 1990, "month": 5, "day": 7}
    at.sandbox.exchanges.clear()  # the document knows no such leniency


# --- Changing -----------------------------------------------------------------------------


def test_a_field_of_the_mask_is_replaced_whole_and_others_stay(at: Desk) -> None:
    person = at.create(
        names=[{"givenName": "Ann", "familyName": "Bee", "honorificPrefix": "Dr."}],
        phoneNumbers=[{"value": "1"}, {"value": "2"}],
        urls=[{"value": "https://example.org"}],
    )

    changed = at.update(
        person,
        "names,phoneNumbers",
        names=[{"givenName": "Anna"}],
        phoneNumbers=[{"value": "2"}],
        urls=[{"value": "not in the mask"}],
    )

    assert changed["names"][0]["displayName"] == "Anna"
    assert not {"familyName", "honorificPrefix"} & set(changed["names"][0])
    assert [item["value"] for item in changed["phoneNumbers"]] == ["2"]
    assert [item["value"] for item in changed["urls"]] == ["https://example.org"]
    assert at.get(person["resourceName"]) == changed


def test_a_field_of_the_mask_that_is_absent_is_cleared(at: Desk) -> None:
    person = at.create(names=[{"givenName": "Ann"}], urls=[{"value": "u"}])

    person = at.update(person, "urls")
    assert "urls" not in person
    person = at.update(person, "names", names=[])
    assert "names" not in person


def test_the_etag_of_the_answer_is_good_for_the_next_change(at: Desk) -> None:
    person = at.create(names=[{"givenName": "Ann"}])

    for number in range(3):
        at.clock.forward(seconds=1)
        new = at.update(person, "names", names=[{"givenName": f"Ann {number}"}])
        assert source(new)["etag"] != source(person)["etag"]
        assert source(new)["updateTime"] > source(person)["updateTime"]
        assert source(new)["id"] == source(person)["id"]
        person = new


def source(person: dict[str, Any]) -> dict[str, Any]:
    return person["metadata"]["sources"][0]


@pytest.mark.parametrize("which", ["etag", "source", "both"])
def test_either_etag_is_enough_and_a_stale_one_is_refused(at: Desk, which: str) -> None:
    person = at.create(names=[{"givenName": "Ann"}])
    path = {"etag": "person.etag", "source": "person.metadata.sources.etag"}.get(which, "person.")

    def body(person: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {"names": [{"givenName": "Anna"}]}
        if which != "source":
            found["etag"] = person["etag"]
        if which != "etag":
            found["metadata"] = {"sources": [source(person)]}
        return found

    def update(body: dict[str, Any]) -> dict[str, Any]:
        return at.people.updateContact(
            resourceName=person["resourceName"], updatePersonFields="names", body=body
        ).execute()

    update(body(person))
    with refused(
        400,
        "FAILED_PRECONDITION",
        f"Request {path}",
        "Clear local cache and get the latest person.",
    ):
        update(body(person))
    assert update(body(at.get(person["resourceName"])))["names"][0]["givenName"] == "Anna"


def test_an_etag_that_was_read_with_another_mask_is_as_good(at: Desk) -> None:
    person = at.create(names=[{"givenName": "Ann"}])
    little = at.get(person["resourceName"], "urls")

    at.people.updateContact(
        resourceName=person["resourceName"],
        updatePersonFields="names",
        body={"etag": little["etag"], "names": [{"givenName": "Anna"}]},
    ).execute()


@pytest.mark.parametrize("etag", ["the source's", "%", "%not base64", "%AAAA", "", "x"])
def test_another_text_is_no_etag_of_a_person(at: Desk, etag: str) -> None:
    person = at.create(names=[{"givenName": "Ann"}])
    given = source(person)["etag"] if etag == "the source's" else etag
    name = "FAILED_PRECONDITION" if given else "INVALID_ARGUMENT"

    with refused(400, name):
        at.people.updateContact(
            resourceName=person["resourceName"], updatePersonFields="names", body={"etag": given}
        ).execute()


def test_no_etag_at_all_is_refused(at: Desk) -> None:
    person = at.create(names=[{"givenName": "Ann"}])
    words = "Request must set person.etag or person.metadata.sources.etag for the source"

    def update(body: dict[str, Any]) -> None:
        at.people.updateContact(
            resourceName=person["resourceName"], updatePersonFields="names", body=body
        ).execute()

    without_etag = {"type": "CONTACT", "id": source(person)["id"]}
    of_profile = {**source(person), "type": "PROFILE"}
    for metadata in ({}, {"sources": [without_etag]}, {"sources": [of_profile]}):
        with refused(400, "INVALID_ARGUMENT", words):
            update({"metadata": metadata})
    with refused(400, "INVALID_ARGUMENT"):
        update({"metadata": {"sources": [{**source(person), "id": "7"}]}})
    at.quirks(needs_sources=True)
    with refused(400, "INVALID_ARGUMENT", words):
        update({"etag": person["etag"]})
    update({"metadata": {"sources": [source(person)]}})


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (None, "updatePersonFields mask is required"),
        ("", "updatePersonFields mask is required"),
        ("names.givenName", 'Invalid updatePersonFields mask path: "names.givenName"'),
        ("photos", 'Invalid updatePersonFields mask path: "photos"'),
        ("metadata", "Invalid updatePersonFields mask path"),
        ("fileAses", "Invalid updatePersonFields mask path"),
        ('"names": [{}]', 'Map keys should be represented as ["some_key"].'),
    ],
)
def test_a_mask_has_to_name_fields(at: Desk, mask: str | None, words: str) -> None:
    person = at.create(names=[{"givenName": "Ann"}])
    given = {} if mask is None else {"updatePersonFields": mask}

    with refused(400, "INVALID_ARGUMENT", words):
        at.people.updateContact(
            resourceName=person["resourceName"], body={"etag": person["etag"]}, **given
        ).execute()


def test_only_contacts_can_be_changed(at: Desk) -> None:
    for resource in ("people/me", "people/x1"):
        with refused(400, "INVALID_ARGUMENT", "is not a valid contact person resource."):
            at.people.updateContact(
                resourceName=resource, updatePersonFields="names", body={"etag": "%x"}
            ).execute()
    with refused(404, "NOT_FOUND"):
        at.people.updateContact(
            resourceName="people/c1", updatePersonFields="names", body={"etag": "%x"}
        ).execute()


def test_values_of_a_profile_cannot_be_written_back(at: Desk) -> None:
    resource = at.hands.link(
        at.hands.add({"names": [{"givenName": "Ann"}]}), {"names": [{"givenName": "Annabel"}]}
    )
    person = at.people.get(resourceName=resource, personFields=FIELDS).execute()

    with refused(400, "INVALID_ARGUMENT", "Cannot have more than one person.names per source."):
        at.update(person, "names", names=person["names"])


def test_who_is_primary_can_be_changed_but_not_twice(at: Desk) -> None:
    emails = [{"value": "a@example.org"}, {"value": "b@example.org"}]
    person = at.create(emailAddresses=emails)
    second = {**emails[1], "metadata": {"sourcePrimary": True}}

    person = at.update(person, "emailAddresses", emailAddresses=[emails[0], second])
    assert [item["metadata"].get("primary") for item in person["emailAddresses"]] == [None, True]
    again = at.update(person, "emailAddresses", emailAddresses=person["emailAddresses"])
    assert again["emailAddresses"] == person["emailAddresses"]
    with refused(400, "INVALID_ARGUMENT", "more than one primary"):
        at.update(again, "emailAddresses", emailAddresses=[second, second])


# --- Groups of a contact ------------------------------------------------------------------


def test_groups_are_replaced_whole_and_never_all_taken(at: Desk) -> None:
    label = at.hands.add_label("Clients")
    person = at.create(memberships=[membership(MY_CONTACTS), membership(label)])
    assert groups(person) == [MY_CONTACTS, label]

    person = at.update(person, "memberships", memberships=[membership(label)])
    assert groups(person) == [label]
    for nothing in ([], [{"contactGroupMembership": {"contactGroupId": "myContacts"}}], [{}]):
        with refused(400, "INVALID_ARGUMENT", "at least one contact group membership"):
            at.update(person, "memberships", memberships=nothing)
    assert groups(at.update(person, "memberships", memberships=person["memberships"])) == [label]


def test_a_contact_gets_into_no_group_that_is_not_there_or_closed(at: Desk) -> None:
    person = at.create(names=[{"givenName": "Ann"}])

    for group in ("contactGroups/nothing", "contactGroups/friends", "contactGroups/all", "x"):
        with refused(400, "INVALID_ARGUMENT"):
            at.create(memberships=[membership(group)])
        with refused(400, "INVALID_ARGUMENT"):
            at.update(person, "memberships", memberships=[membership(group)])
    at.update(person, "memberships", memberships=[membership("contactGroups/starred")])


def test_a_closed_group_can_be_kept_and_left(at: Desk) -> None:
    friends = "contactGroups/friends"
    resource = at.hands.add({"memberships": [membership(MY_CONTACTS), membership(friends)]})
    person = at.get(resource)

    person = at.update(person, "memberships", memberships=person["memberships"])
    assert groups(person) == [MY_CONTACTS, friends]
    person = at.update(person, "memberships", memberships=[membership(MY_CONTACTS)])
    with refused(400, "INVALID_ARGUMENT"):
        at.update(person, "memberships", memberships=[membership(friends)])


# --- Limits -------------------------------------------------------------------------------


def test_texts_have_an_end_except_notes(at: Desk) -> None:
    long = "x" * 1024

    person = at.create(names=[{"givenName": long}], biographies=[{"value": long * 20}])
    assert person["names"][0]["givenName"] == long
    with refused(400, "INVALID_ARGUMENT", "1024"):
        at.update(person, "userDefined", userDefined=[{"key": "k", "value": long + "x"}])
    with refused(400, "INVALID_ARGUMENT", "bytes"):
        at.create(biographies=[{"value": long * 129}])


def test_a_contact_has_at_most_500_fields(at: Desk) -> None:
    urls = [{"value": f"u{number}"} for number in range(501)]

    assert len(at.create(urls=urls[:500])["urls"]) == 500
    with refused(400, "INVALID_ARGUMENT", "500"):
        at.create(urls=urls)


def test_an_account_is_full_at_some_point_and_the_trash_counts(at: Desk) -> None:
    at.quirks(most_contacts=3)
    ids = [at.create(names=[{"givenName": f"N{n}"}])["resourceName"] for n in range(3)]

    with refused(400, "FAILED_PRECONDITION", "MY_CONTACTS_OVERFLOW_COUNT"):
        at.create(names=[{"givenName": "Ann"}])
    at.people.deleteContact(resourceName=ids[0]).execute()
    at.quirks(overflow_status=429)
    with refused(429, "FAILED_PRECONDITION", "MY_CONTACTS_OVERFLOW_COUNT"):
        at.create(names=[{"givenName": "Ann"}])
    at.clock.forward(days=30)
    at.create(names=[{"givenName": "Ann"}])
    at.quirks(most_contacts=0)
    at.create(names=[{"givenName": "Bob"}])


def test_the_real_limit_is_25000(at: Desk) -> None:
    assert at.google.quirks.most_contacts == 25_000


# --- Deleting -----------------------------------------------------------------------------


def test_a_deleted_contact_is_gone(at: Desk) -> None:
    person = at.create(names=[{"givenName": "Ann"}])
    resource = person["resourceName"]

    assert at.people.deleteContact(resourceName=resource).execute() == {}

    for call in (
        at.people.deleteContact(resourceName=resource),
        at.people.get(resourceName=resource, personFields="names"),
        at.people.updateContact(
            resourceName=resource, updatePersonFields="names", body={"etag": person["etag"]}
        ),
    ):
        with refused(404, "NOT_FOUND"):
            call.execute()
    assert at.hands.get(resource) is None
    with refused(400, "INVALID_ARGUMENT", "is not a valid contact person resource."):
        at.people.deleteContact(resourceName="people/me").execute()


def test_a_refused_change_leaves_nothing_behind(at: Desk) -> None:
    person = at.create(names=[{"givenName": "Ann"}])
    _, token = at.sync()

    with refused(400, "INVALID_ARGUMENT"):
        at.update(person, "names,urls", names=[{"givenName": "A"}, {"givenName": "B"}])

    assert at.sync(token)[0] == []
    assert json.dumps(at.get(person["resourceName"])) == json.dumps(person)
