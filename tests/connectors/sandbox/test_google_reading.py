"""What the stand-in of Google Contacts shows to Google's own client, over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.connectors.sandbox.google_desk import (
    FIELDS,
    SOURCES,
    Desk,
    desk,
    refused,
)


@pytest.fixture
def at() -> Iterator[Desk]:
    with desk() as opened:
        yield opened


# --- One person ---------------------------------------------------------------------------


def test_a_person_has_names_that_only_the_service_makes(at: Desk) -> None:
    name = {
        "honorificPrefix": "Dr.",
        "givenName": "Ann",
        "middleName": "B.",
        "familyName": "Smith",
        "honorificSuffix": "Jr.",
    }

    person = at.create(names=[name])

    found = person["names"][0]
    assert found.items() >= name.items()
    assert found["displayName"] == found["unstructuredName"] == "Dr. Ann B. Smith, Jr."
    assert found["displayNameLastFirst"] == "Smith, Ann B."


def test_types_are_told_in_words_and_ones_own_stay(at: Desk) -> None:
    person = at.create(
        emailAddresses=[{"value": "a@example.org", "type": "work"}],
        phoneNumbers=[
            {"value": "+31 20 123 4567", "type": "workFax"},
            {"value": "+31 20 123 4568", "type": "Reception desk"},
            {"value": "+31 20 123 4569", "type": "googleVoice"},
        ],
        imClients=[{"username": "ann", "protocol": "googleTalk", "type": "home"}],
        genders=[{"value": "female"}],
    )

    assert person["emailAddresses"][0]["formattedType"] == "Work"
    types = [phone["formattedType"] for phone in person["phoneNumbers"]]
    assert types == ["Work Fax", "Reception desk", "Google Voice"]
    assert person["imClients"][0]["formattedProtocol"] == "Google Talk"
    assert person["genders"][0]["formattedValue"] == "Female"


@pytest.mark.parametrize(
    ("region", "typed", "canonical"),
    [
        ("US", "(202) 555-0134", "+12025550134"),
        ("NL", "020 123 4567", "+31201234567"),
        ("US", "+44 20 7946 0018 ext. 5", "+442079460018"),
        ("US", "ask Ann", None),
        ("US", "12", None),
    ],
)
def test_numbers_keep_what_was_typed_and_have_a_canonical_form(
    at: Desk, region: str, typed: str, canonical: str | None
) -> None:
    at.quirks(region=region)

    phone = at.create(phoneNumbers=[{"value": typed}])["phoneNumbers"][0]

    assert (phone["value"], phone.get("canonicalForm")) == (typed, canonical)


def test_an_address_is_put_together_where_nobody_wrote_it_whole(at: Desk) -> None:
    parts = {
        "streetAddress": "1 Main St",
        "city": "Springfield",
        "region": "IL",
        "postalCode": "62701",
        "country": "USA",
    }

    person = at.create(addresses=[parts, {**parts, "formattedValue": "My place"}])

    made, written = person["addresses"]
    assert made["formattedValue"] == "1 Main St\nSpringfield IL 62701\nUSA"
    assert written["formattedValue"] == "My place"


def test_one_value_of_each_field_is_primary_and_people_choose_which(at: Desk) -> None:
    person = at.create(
        names=[{"givenName": "Ann"}],
        emailAddresses=[
            {"value": "one@example.org"},
            {"value": "two@example.org", "metadata": {"sourcePrimary": True}},
        ],
        phoneNumbers=[{"value": "1"}, {"value": "2"}],
    )

    primary = {
        field: [item["metadata"].get("primary", False) for item in person[field]]
        for field in ("names", "emailAddresses", "phoneNumbers")
    }
    assert primary == {
        "names": [True],
        "emailAddresses": [False, True],
        "phoneNumbers": [True, False],
    }
    source = {"type": "CONTACT", "id": person["metadata"]["sources"][0]["id"]}
    assert all(item["metadata"]["source"] == source for field in primary for item in person[field])


def test_the_id_of_the_contact_is_its_name_in_hex(at: Desk) -> None:
    person = at.create(names=[{"givenName": "Ann"}])

    source = person["metadata"]["sources"][0]
    assert person["resourceName"] == f"people/c{int(source['id'], 16)}"
    assert source["updateTime"] == "2026-03-02T09:00:00Z"
    assert source["etag"].startswith("#")
    assert person["metadata"]["objectType"] == "PERSON"


def test_the_etag_of_a_person_tells_what_was_asked_for(at: Desk) -> None:
    resource = at.create(names=[{"givenName": "Ann"}])["resourceName"]

    few, many = at.get(resource, "names"), at.get(resource)
    everything = at.people.get(resourceName=resource, personFields="names").execute()

    assert few["etag"].startswith("%")
    assert len({few["etag"], many["etag"], everything["etag"]}) == 3
    assert at.get(resource, "names")["etag"] == few["etag"]
    assert at.get(resource, "metadata")["metadata"] == many["metadata"]


def test_what_the_mask_leaves_out_is_not_there(at: Desk) -> None:
    resource = at.create(names=[{"givenName": "Ann"}], emailAddresses=[{"value": "a@example.org"}])[
        "resourceName"
    ]

    assert set(at.get(resource, "emailAddresses")) == {"resourceName", "etag", "emailAddresses"}
    assert set(at.get(resource, "urls")) == {"resourceName", "etag"}


def test_every_field_that_can_be_written_comes_back(at: Desk) -> None:
    given: dict[str, list[dict[str, Any]]] = {
        "addresses": [{"type": "home", "city": "Utrecht", "countryCode": "NL"}],
        "biographies": [{"value": "Notes", "contentType": "TEXT_PLAIN"}],
        "birthdays": [{"date": {"month": 2, "day": 29}}],
        "calendarUrls": [{"url": "https://example.org/c", "type": "freeBusy"}],
        "clientData": [{"key": "k", "value": "v"}, {"key": "k", "value": "v"}],
        "emailAddresses": [{"value": "a@example.org", "displayName": "Ann"}],
        "events": [{"type": "anniversary", "date": {"year": 2020, "month": 5, "day": 1}}],
        "externalIds": [{"value": "7", "type": "customer"}],
        "imClients": [{"username": "ann", "protocol": "jabber"}],
        "interests": [{"value": "chess"}],
        "locales": [{"value": "nl"}],
        "locations": [{"value": "Desk 4", "type": "desk", "current": True}],
        "miscKeywords": [{"value": "x", "type": "OUTLOOK_USER"}],
        "nicknames": [{"value": "Annie", "type": "DEFAULT"}],
        "occupations": [{"value": "Carpenter"}],
        "organizations": [{"name": "Acme", "title": "CEO", "startDate": {"year": 2019}}],
        "relations": [{"person": "Bob", "type": "spouse"}],
        "sipAddresses": [{"value": "sip:ann@example.org"}],
        "urls": [{"value": "https://example.org", "type": "homePage"}],
        "userDefined": [{"key": "Colour", "value": "red"}, {"key": "Colour", "value": "blue"}],
    }

    person = at.get(at.create(**given)["resourceName"])

    for field, items in given.items():
        assert len(person[field]) == len(items)
        for item, found in zip(items, person[field], strict=True):
            assert found.items() >= item.items(), field


def test_a_birthday_is_told_in_words_too(at: Desk) -> None:
    whole = at.create(birthdays=[{"date": {"year": 1990, "month": 12, "day": 3}}])
    yearless = at.create(birthdays=[{"date": {"year": 0, "month": 12, "day": 3}}])

    assert whole["birthdays"][0]["text"] == "12/3/1990"
    assert yearless["birthdays"][0]["date"] == {"month": 12, "day": 3}


def test_everybody_has_a_picture_that_is_none(at: Desk) -> None:
    person = at.create(names=[{"givenName": "Ann"}])

    assert [photo["default"] for photo in person["photos"]] == [True]


def test_the_account_says_who_it_is(at: Desk) -> None:
    me = at.people.get(
        resourceName="people/me", personFields="names,emailAddresses,metadata"
    ).execute()

    assert me["resourceName"] == f"people/{at.account}"
    assert me["names"][0]["displayName"] == "Ann Owner"
    assert me["emailAddresses"][0]["value"] == "ann.owner@example.org"
    assert me["metadata"]["sources"][0]["type"] == "PROFILE"


def test_without_personfields_nothing_is_shown(at: Desk) -> None:
    resource = at.create(names=[{"givenName": "Ann"}])["resourceName"]

    for call in (
        at.people.get(resourceName=resource),
        at.people.getBatchGet(resourceNames=[resource]),
        at.people.connections().list(resourceName="people/me"),
    ):
        with refused(400, "INVALID_ARGUMENT", "personFields mask is required"):
            call.execute()


@pytest.mark.parametrize("mask", ["notes", "names,", "names, urls", "names.givenName", "fileAses"])
def test_a_mask_with_an_unknown_path_is_refused(at: Desk, mask: str) -> None:
    with refused(400, "INVALID_ARGUMENT"):
        at.people.get(resourceName="people/me", personFields=mask).execute()


def test_the_mask_that_was_there_before_still_works(at: Desk) -> None:
    resource = at.create(names=[{"givenName": "Ann"}])["resourceName"]

    person = at.people.get(
        resourceName=resource, requestMask_includeField="person.names,person.urls"
    ).execute()

    assert person["names"][0]["givenName"] == "Ann"


def test_who_is_not_there_is_not_found(at: Desk) -> None:
    with refused(404, "NOT_FOUND", "Requested entity was not found."):
        at.get("people/c1")


# --- Many people --------------------------------------------------------------------------


def test_a_batch_tells_of_each_how_it_went(at: Desk) -> None:
    resource = at.create(names=[{"givenName": "Ann"}])["resourceName"]

    found = at.people.getBatchGet(
        resourceNames=["people/c1", resource, "people/me"], personFields="names", sources=SOURCES
    ).execute()["responses"]

    missing, ann, me = found
    assert missing == {
        "httpStatusCode": 404,
        "requestedResourceName": "people/c1",
        "status": {"code": 5, "message": "Requested entity was not found."},
    }
    assert (ann["httpStatusCode"], ann["status"]) == (200, {})
    assert ann["person"]["names"][0]["givenName"] == "Ann"
    assert me["requestedResourceName"] == "people/me"
    assert me["person"]["resourceName"] == f"people/{at.account}"


def test_a_batch_too_long_for_an_address_comes_as_a_form(at: Desk) -> None:
    resources = [at.hands.add({"names": [{"givenName": f"N{n}"}]}) for n in range(200)]

    found = at.people.getBatchGet(resourceNames=resources, personFields="names").execute()

    assert [one["person"]["resourceName"] for one in found["responses"]] == resources
    assert at.sandbox.calls[-1].method == "POST"


def test_a_batch_has_at_most_200(at: Desk) -> None:
    for names in ([], ["people/c1"] * 201):
        with refused(400, "INVALID_ARGUMENT"):
            at.people.getBatchGet(resourceNames=names, personFields="names").execute()


# --- Pages --------------------------------------------------------------------------------


def test_an_empty_book_is_an_empty_answer(at: Desk) -> None:
    assert at.page() == {}


def test_pages_hold_everybody_once(at: Desk) -> None:
    made = [at.hands.add({"names": [{"givenName": f"N{n}"}]}) for n in range(7)]

    pages, token = [], None
    while True:
        page = at.page(pageSize=3, **({"pageToken": token} if token else {}))
        pages.append([person["resourceName"] for person in page["connections"]])
        assert page["totalItems"] == page["totalPeople"] == 7
        assert "nextSyncToken" not in page
        token = page.get("nextPageToken")
        if token is None:
            break

    assert [len(page) for page in pages] == [3, 3, 1]
    assert [resource for page in pages for resource in page] == made


@pytest.mark.parametrize("size", [-1, 1001, 2000])
def test_pages_have_at_most_1000(at: Desk, size: int) -> None:
    with refused(400, "INVALID_ARGUMENT"):
        at.page(pageSize=size)


def test_pages_have_100_by_default(at: Desk) -> None:
    for number in range(101):
        at.hands.add({"names": [{"givenName": f"N{number}"}]})

    assert len(at.page(pageSize=0)["connections"]) == 100


def test_pages_of_another_request_are_refused(at: Desk) -> None:
    for number in range(3):
        at.hands.add({"names": [{"givenName": f"N{number}"}]})
    token = at.page(pageSize=1, requestSyncToken=True)["nextPageToken"]
    given: dict[str, Any] = {"pageSize": 1, "requestSyncToken": True, "pageToken": token}

    assert len(at.page(**given)["connections"]) == 1
    for change in (
        {"pageSize": 2},
        {"personFields": "names"},
        {"sources": []},
        {"requestSyncToken": False},
        {"sortOrder": "LAST_MODIFIED_ASCENDING"},
        {"pageToken": token[:-2]},
        {"pageToken": "x"},
    ):
        with refused(400, "INVALID_ARGUMENT", "Request contains an invalid argument."):
            at.page(**{**given, **change})


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("LAST_MODIFIED_ASCENDING", ["Cleo Abel", "Ann Cane", "Bob Bell"]),
        ("LAST_MODIFIED_DESCENDING", ["Bob Bell", "Ann Cane", "Cleo Abel"]),
        ("FIRST_NAME_ASCENDING", ["Ann Cane", "Bob Bell", "Cleo Abel"]),
        ("LAST_NAME_ASCENDING", ["Cleo Abel", "Bob Bell", "Ann Cane"]),
    ],
)
def test_people_come_in_the_order_that_was_asked_for(
    at: Desk, order: str, expected: list[str]
) -> None:
    for name in ("Bob Bell", "Cleo Abel", "Ann Cane"):
        given, family = name.split()
        at.hands.add({"names": [{"givenName": given, "familyName": family}]})
    bob = at.page()["connections"][0]["resourceName"]
    at.hands.edit(bob, {"urls": [{"value": "https://example.org"}]})

    people, token = [], ""
    while not people or token:
        page = at.page(sortOrder=order, pageSize=1, **({"pageToken": token} if token else {}))
        people += page["connections"]
        token = page.get("nextPageToken", "")

    assert [person["names"][0]["displayName"] for person in people] == expected


def test_lists_show_at_most_100_addresses_and_numbers_of_a_person(at: Desk) -> None:
    resource = at.hands.add(
        {
            "emailAddresses": [{"value": f"a{n}@example.org"} for n in range(120)],
            "phoneNumbers": [{"value": f"+3120123{n:04}"} for n in range(101)],
            "urls": [{"value": f"https://example.org/{n}"} for n in range(120)],
        }
    )

    listed, got = at.page()["connections"][0], at.get(resource)

    fields = ("emailAddresses", "phoneNumbers", "urls")
    assert [len(listed[field]) for field in fields] == [100, 100, 120]
    assert [len(got[field]) for field in fields] == [120, 101, 120]


def test_only_ones_own_connections_are_listed(at: Desk) -> None:
    with refused(400, "INVALID_ARGUMENT"):
        at.people.connections().list(resourceName="people/c1", personFields="names").execute()


# --- Profiles and disorder ----------------------------------------------------------------


def test_who_does_not_ask_for_contacts_alone_gets_profiles_too(at: Desk) -> None:
    old = at.hands.add({"names": [{"givenName": "Ann"}]})
    new = at.hands.link(old, {"names": [{"givenName": "Annabel"}]})

    alone = at.get(old)
    both = at.people.get(resourceName=old, personFields=FIELDS).execute()

    assert new != old
    assert alone["resourceName"] == both["resourceName"] == new
    assert [name["givenName"] for name in alone["names"]] == ["Ann"]
    assert [name["metadata"]["source"]["type"] for name in both["names"]] == ["CONTACT", "PROFILE"]
    assert [name["metadata"].get("primary") for name in both["names"]] == [True, None]
    assert [source["type"] for source in both["metadata"]["sources"]] == ["CONTACT", "PROFILE"]


def test_a_batch_tells_the_name_that_was_asked_for_and_the_one_of_now(at: Desk) -> None:
    old = at.hands.add({"names": [{"givenName": "Ann"}]})
    new = at.hands.link(old, {})

    (found,) = at.people.getBatchGet(resourceNames=[old], personFields="names").execute()[
        "responses"
    ]

    assert (found["requestedResourceName"], found["person"]["resourceName"]) == (old, new)


def test_disorder_moves_values_and_members_and_loses_none(at: Desk) -> None:
    emails = [{"value": f"a{n}@example.org", "type": "work"} for n in range(12)]
    resource = at.hands.add({"emailAddresses": emails})
    at.quirks(shuffled=True)

    readings = [at.get(resource)["emailAddresses"] for _ in range(4)]

    orders = {tuple(item["value"] for item in reading) for reading in readings}
    members = {tuple(item) for reading in readings for item in reading}
    assert len(orders) > 1
    assert len(members) > 1
    for reading in readings:
        assert {item["value"] for item in reading} == {email["value"] for email in emails}
        assert sum(item["metadata"].get("primary", False) for item in reading) == 1


def test_a_late_get_shows_the_etag_of_before(at: Desk) -> None:
    person = at.create(names=[{"givenName": "Ann"}])
    at.quirks(get_lag=30)
    at.clock.forward(minutes=5)
    at.update(person, "names", names=[{"givenName": "Anna"}])

    early = at.get(person["resourceName"])
    at.clock.forward(seconds=31)
    late = at.get(person["resourceName"])

    assert early["metadata"]["sources"] == person["metadata"]["sources"]
    assert (early["names"][0]["givenName"], late["names"][0]["givenName"]) == ("Ann", "Anna")
