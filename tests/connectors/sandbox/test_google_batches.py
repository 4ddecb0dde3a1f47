"""Writing many contacts at once at the stand-in of Google Contacts."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.connectors.sandbox.google_desk import FIELDS, SOURCES, Desk, desk, detail, refused


@pytest.fixture
def at() -> Iterator[Desk]:
    with desk() as opened:
        yield opened


def named(name: str) -> dict[str, Any]:
    return {"names": [{"givenName": name}]}


def create(at: Desk, people: list[dict[str, Any]], mask: str = FIELDS) -> dict[str, Any]:
    contacts = [{"contactPerson": person} for person in people]
    body = {"contacts": contacts, "readMask": mask, "sources": SOURCES}
    return at.people.batchCreateContacts(body=body).execute()


def update(at: Desk, people: dict[str, Any], mask: str, read: str = FIELDS) -> dict[str, Any]:
    body = {"contacts": people, "updateMask": mask, "readMask": read, "sources": SOURCES}
    return at.people.batchUpdateContacts(body=body).execute()


def delete(at: Desk, names: list[str]) -> dict[str, Any]:
    return at.people.batchDeleteContacts(body={"resourceNames": names}).execute()


def changed(person: dict[str, Any], name: str) -> dict[str, Any]:
    return {"etag": person["etag"], "metadata": person["metadata"], **named(name)}


# --- Creating -----------------------------------------------------------------------------


def test_200_are_made_and_told_in_order(at: Desk) -> None:
    found = create(at, [named(f"N{n}") for n in range(200)])["createdPeople"]

    assert [one["person"]["names"][0]["givenName"] for one in found] == [
        f"N{n}" for n in range(200)
    ]
    for one in found:
        assert (one["httpStatusCode"], one["status"]) == (200, {})
        assert one["requestedResourceName"] == one["person"]["resourceName"]
    assert len(at.hands.all()) == 200


def test_an_order_is_not_promised(at: Desk) -> None:
    at.quirks(shuffled=True)

    found = create(at, [named(f"N{n}") for n in range(50)])["createdPeople"]

    names = [one["person"]["names"][0]["givenName"] for one in found]
    assert sorted(names) == sorted(f"N{n}" for n in range(50))
    assert names != [f"N{n}" for n in range(50)]


@pytest.mark.parametrize("mask", ["", None])
def test_without_a_mask_nothing_is_told_of_what_was_made(at: Desk, mask: str | None) -> None:
    body: dict[str, Any] = {"contacts": [{"contactPerson": named("Ann")}]}
    if mask is not None:
        body["readMask"] = mask
    # The document says that the mask is required, and what happens without it.
    answer = at.people.batchCreateContacts(body=body).execute()
    if mask is None:
        at.sandbox.exchanges.clear()

    assert answer == {}
    assert len(at.hands.all()) == 1


@pytest.mark.parametrize("size", [0, 201])
def test_a_batch_has_at_most_200(at: Desk, size: int) -> None:
    with refused(400, "INVALID_ARGUMENT"):
        create(at, [named("Ann")] * size)
    with refused(400, "INVALID_ARGUMENT"):
        update(at, {f"people/c{n}": named("Ann") for n in range(size)}, "names")


def test_bad_ones_are_named_and_none_is_made(at: Desk) -> None:
    bad = {"names": [{"givenName": "A"}, {"givenName": "B"}]}

    with refused(400, "INVALID_ARGUMENT", "Cannot have more than one person.names") as error:
        create(at, [named("Ann"), bad, named("Bob"), {"biographies": [{"value": "x" * 200_000}]}])

    told = detail(error, "google.people.v1.BatchCreateContactsErrorDetails")["contactErrors"]
    assert {index: status["code"] for index, status in told.items()} == {"1": 3, "3": 3}
    assert told["1"]["message"] == error["message"]
    assert at.hands.all() == {}


def test_the_good_ones_may_be_made_all_the_same(at: Desk) -> None:
    at.quirks(all_or_nothing=False)
    bad = {"names": [{"givenName": "A"}, {"givenName": "B"}]}

    with refused(400, "INVALID_ARGUMENT"):
        create(at, [named("Ann"), bad, named("Bob")])

    made = [record["names"][0]["givenName"] for record in at.hands.all().values()]
    assert made == ["Ann", "Bob"]


def test_a_batch_that_overflows_the_account_is_refused(at: Desk) -> None:
    at.quirks(most_contacts=2)

    with refused(400, "FAILED_PRECONDITION", "MY_CONTACTS_OVERFLOW_COUNT") as error:
        create(at, [named("Ann"), named("Bob"), named("Cleo")])

    told = detail(error, "BatchCreateContactsErrorDetails")["contactErrors"]
    assert set(told) == {"2"}
    assert at.hands.all() == {}


def test_json_of_another_shape_is_told_by_its_place(at: Desk) -> None:
    with refused(400, "INVALID_ARGUMENT", "'contacts[1].contact_person.names[0]'"):
        create(at, [named("Ann"), {"names": [{"first": "Ann"}]}])
    with refused(400, "INVALID_ARGUMENT", 'Unknown name "people"'):
        at.people.batchCreateContacts(body={"people": []}).execute()
    with refused(400, "INVALID_ARGUMENT", "mask path"):
        create(at, [named("Ann")], "names,notes")
    with refused(400, "INVALID_ARGUMENT", "contact_person"):
        at.people.batchCreateContacts(body={"contacts": [{}], "readMask": "names"}).execute()


# --- Changing -----------------------------------------------------------------------------


def test_all_are_changed_by_one_mask(at: Desk) -> None:
    people = [
        at.create(names=[{"givenName": name}], urls=[{"value": "u"}]) for name in ("Ann", "Bob")
    ]

    found = update(
        at,
        {person["resourceName"]: changed(person, f"N{n}") for n, person in enumerate(people)},
        "names,urls",
    )["updateResult"]

    for number, person in enumerate(people):
        one = found[person["resourceName"]]
        assert (one["httpStatusCode"], one["status"]) == (200, {})
        assert one["requestedResourceName"] == person["resourceName"]
        assert one["person"]["names"][0]["givenName"] == f"N{number}"
        assert "urls" not in one["person"]
        assert at.get(person["resourceName"]) == one["person"]


def test_an_empty_mask_of_reading_tells_nothing(at: Desk) -> None:
    person = at.create(**named("Ann"))

    assert update(at, {person["resourceName"]: changed(person, "Anna")}, "names", "") == {}
    assert at.hands.all()[person["resourceName"]]["names"] == [{"givenName": "Anna"}]


def test_a_stale_one_stops_all_and_is_named(at: Desk) -> None:
    ann, bob = at.create(**named("Ann")), at.create(**named("Bob"))
    at.hands.edit(bob["resourceName"], named("Bobby"))
    batch = {person["resourceName"]: changed(person, "X") for person in (ann, bob)}

    with refused(400, "FAILED_PRECONDITION", "different than the current person") as error:
        update(at, batch, "names")

    told = detail(error, "google.people.v1.BatchUpdateContactsErrorDetails")["contactErrors"]
    assert {name: status["code"] for name, status in told.items()} == {bob["resourceName"]: 9}
    assert at.get(ann["resourceName"])["names"][0]["givenName"] == "Ann"

    at.quirks(all_or_nothing=False)
    with refused(400, "FAILED_PRECONDITION"):
        update(at, batch, "names")
    assert at.get(ann["resourceName"])["names"][0]["givenName"] == "X"
    assert at.get(bob["resourceName"])["names"][0]["givenName"] == "Bobby"


def test_each_contact_has_its_own_error(at: Desk) -> None:
    ann, bob = at.create(**named("Ann")), at.create(**named("Bob"))
    at.hands.delete(bob["resourceName"])

    with refused(404, "NOT_FOUND") as error:
        update(
            at,
            {
                bob["resourceName"]: changed(bob, "X"),
                ann["resourceName"]: named("No etag"),
                "people/me": changed(ann, "X"),
            },
            "names",
        )

    told = detail(error, "BatchUpdateContactsErrorDetails")["contactErrors"]
    assert {name: status["code"] for name, status in told.items()} == {
        bob["resourceName"]: 5,
        ann["resourceName"]: 3,
        "people/me": 3,
    }


def test_contacts_are_a_map_and_masks_are_needed(at: Desk) -> None:
    person = at.create(**named("Ann"))
    resource = person["resourceName"]

    with refused(400, "INVALID_ARGUMENT", "Cannot bind a list to map for field 'contacts'."):
        update(at, [person], "names")  # type: ignore[arg-type]
    for mask in ("", "names.givenName", "photos"):
        with refused(400, "INVALID_ARGUMENT", "mask"):
            update(at, {resource: changed(person, "X")}, mask)
    with refused(400, "INVALID_ARGUMENT", "its key"):
        update(at, {resource: {**changed(person, "X"), "resourceName": "people/c1"}}, "names")


def test_a_contact_that_has_another_name_by_now_is_told_with_both(at: Desk) -> None:
    person = at.create(**named("Ann"))
    new = at.hands.link(person["resourceName"], {})
    latest = at.get(person["resourceName"])

    found = update(at, {person["resourceName"]: changed(latest, "Anna")}, "names")["updateResult"]

    (one,) = found.values()
    assert one["requestedResourceName"] == person["resourceName"]
    assert one["person"]["resourceName"] == new


# --- Deleting -----------------------------------------------------------------------------


def test_500_are_deleted_at_once(at: Desk) -> None:
    ids = [at.hands.add(named(f"N{n}")) for n in range(501)]

    with refused(400, "INVALID_ARGUMENT"):
        delete(at, ids)
    with refused(400, "INVALID_ARGUMENT"):
        delete(at, [])
    assert delete(at, ids[:500]) == {}
    assert list(at.hands.all()) == ids[500:]


def test_a_missing_one_stops_the_deletion(at: Desk) -> None:
    ids = [at.hands.add(named(f"N{n}")) for n in range(3)]

    with refused(404, "NOT_FOUND"):
        delete(at, [ids[0], "people/c1", ids[1]])
    assert list(at.hands.all()) == ids

    at.quirks(all_or_nothing=False)
    with refused(404, "NOT_FOUND"):
        delete(at, [ids[0], "people/c1", ids[1]])
    assert list(at.hands.all()) == ids[2:]


def test_the_same_name_twice_is_deleted_once(at: Desk) -> None:
    resource = at.hands.add(named("Ann"))

    assert delete(at, [resource, resource]) == {}
