"""The groups (labels) of the stand-in of Google Contacts."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.connectors.sandbox.google_desk import Desk, desk, refused

MY_CONTACTS = "contactGroups/myContacts"
STARRED = "contactGroups/starred"
FRIENDS = "contactGroups/friends"


@pytest.fixture
def at() -> Iterator[Desk]:
    with desk() as opened:
        yield opened


def create(at: Desk, name: str, **more: Any) -> dict[str, Any]:
    return at.groups.create(body={"contactGroup": {"name": name, **more}}).execute()


def update(at: Desk, group: dict[str, Any], mask: str = "", **changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"contactGroup": {"etag": group["etag"], **changes}}
    if mask:
        body["updateGroupFields"] = mask
    return at.groups.update(resourceName=group["resourceName"], body=body).execute()


def get(at: Desk, resource: str, **more: Any) -> dict[str, Any]:
    return at.groups.get(resourceName=resource, **more).execute()


def modify(at: Desk, group: str, add: list[str], remove: list[str]) -> dict[str, Any]:
    body = {"resourceNamesToAdd": add, "resourceNamesToRemove": remove}
    return at.groups.members().modify(resourceName=group, body=body).execute()


def held(at: Desk, contact: str) -> set[str]:
    return {
        item["contactGroupMembership"]["contactGroupResourceName"]
        for item in at.get(contact)["memberships"]
    }


def person(at: Desk, name: str = "Ann") -> str:
    return at.hands.add({"names": [{"givenName": name}]})


# --- Groups themselves --------------------------------------------------------------------


def test_the_system_has_groups_of_its_own(at: Desk) -> None:
    found = at.groups.list().execute()

    assert found["totalItems"] == 8
    groups = {group["resourceName"]: group for group in found["contactGroups"]}
    assert groups[MY_CONTACTS] == {
        "resourceName": MY_CONTACTS,
        "groupType": "SYSTEM_CONTACT_GROUP",
        "name": "myContacts",
        "formattedName": "My Contacts",
    }
    assert groups.keys() >= {STARRED, FRIENDS, "contactGroups/all"}


def test_a_new_group_is_of_people(at: Desk) -> None:
    made = create(at, "Clients", clientData=[{"key": "k", "value": "v"}])

    assert set(made) == {
        "resourceName", "etag", "metadata", "groupType", "name", "formattedName",
    }  # fmt: skip
    assert (made["groupType"], made["name"]) == ("USER_CONTACT_GROUP", "Clients")
    assert made["metadata"] == {"updateTime": "2026-03-02T09:00:00Z"}
    found = get(at, made["resourceName"], groupFields="clientData")
    assert found["clientData"] == [{"key": "k", "value": "v"}]
    assert set(found) == {"resourceName", "etag", "clientData"}


def test_names_are_given_once(at: Desk) -> None:
    made = create(at, "Clients")

    for name in ("Clients", "clients", "Friends", "My Contacts"):
        with refused(409, "ALREADY_EXISTS", "Contact group name already exists."):
            create(at, name)
    other = create(at, "Suppliers")
    with refused(409, "ALREADY_EXISTS", "Contact group name already exists."):
        update(at, other, name="Clients")
    assert update(at, made, name="CLIENTS")["name"] == "CLIENTS"
    for name in ("", " "):
        with refused(400, "INVALID_ARGUMENT"):
            create(at, name)


def test_a_group_is_renamed_under_its_etag(at: Desk) -> None:
    made = create(at, "Clients")
    at.clock.forward(minutes=1)

    renamed = update(at, made, name="Customers")
    assert renamed["formattedName"] == "Customers"
    assert renamed["etag"] != made["etag"]
    with refused(409, "ABORTED", "Contact group etag is outdated."):
        update(at, made, name="Others")
    update(at, renamed, "clientData", clientData=[{"key": "k", "value": "v"}], name="Ignored")
    found = get(at, made["resourceName"], groupFields="name,clientData")
    assert (found["name"], found["clientData"]) == ("Customers", [{"key": "k", "value": "v"}])


def test_groups_of_the_system_stay_as_they_are(at: Desk) -> None:
    with refused(400, "INVALID_ARGUMENT"):
        at.groups.update(resourceName=FRIENDS, body={"contactGroup": {"name": "Mates"}}).execute()
    with refused(400, "INVALID_ARGUMENT"):
        at.groups.delete(resourceName=FRIENDS).execute()


def test_a_missing_group_is_not_found(at: Desk) -> None:
    nowhere = "contactGroups/1234"

    for call in (
        at.groups.get(resourceName=nowhere),
        at.groups.delete(resourceName=nowhere),
        at.groups.update(resourceName=nowhere, body={"contactGroup": {"name": "X"}}),
        at.groups.members().modify(resourceName=nowhere, body={}),
    ):
        with refused(404, "NOT_FOUND"):
            call.execute()


def test_a_batch_of_groups_tells_of_each(at: Desk) -> None:
    made = create(at, "Clients")
    ann = person(at)
    at.hands.label(ann, made["resourceName"])

    found = at.groups.batchGet(
        resourceNames=[made["resourceName"], "contactGroups/1234"], maxMembers=5
    ).execute()["responses"]

    good, missing = found
    assert good["contactGroup"]["memberResourceNames"] == [ann]
    assert (good["requestedResourceName"], good["status"]) == (made["resourceName"], {})
    assert missing["status"]["code"] == 5
    for names in ([], ["contactGroups/1"] * 201):
        with refused(400, "INVALID_ARGUMENT"):
            at.groups.batchGet(resourceNames=names).execute()


def test_masks_of_groups_have_their_own_paths(at: Desk) -> None:
    for mask in ("formattedName", "name,members"):
        with refused(400, "INVALID_ARGUMENT", "mask path"):
            at.groups.list(groupFields=mask).execute()
    made = create(at, "Clients")
    with refused(400, "INVALID_ARGUMENT", "mask path"):
        update(at, made, "memberCount")


# --- Lists --------------------------------------------------------------------------------


def test_groups_come_in_pages(at: Desk) -> None:
    for number in range(27):
        create(at, f"G{number}")

    first = at.groups.list().execute()
    second = at.groups.list(pageToken=first["nextPageToken"]).execute()

    assert [len(page["contactGroups"]) for page in (first, second)] == [30, 5]
    assert first["totalItems"] == second["totalItems"] == 35
    assert "nextSyncToken" not in first
    assert "nextPageToken" not in second
    for size in (-1, 1001):
        with refused(400, "INVALID_ARGUMENT"):
            at.groups.list(pageSize=size).execute()


def test_groups_have_syncs_too(at: Desk) -> None:
    clients, others = create(at, "Clients"), create(at, "Others")
    token = at.groups.list().execute()["nextSyncToken"]

    update(at, clients, name="Customers")
    at.groups.delete(resourceName=others["resourceName"]).execute()
    found = at.groups.list(syncToken=token).execute()

    renamed, gone = found["contactGroups"]
    assert renamed["name"] == "Customers"
    assert gone["resourceName"] == others["resourceName"]
    assert gone["metadata"]["deleted"] is True
    assert "name" not in gone
    again = at.groups.list(syncToken=found["nextSyncToken"]).execute()
    assert set(again) == {"nextSyncToken"}
    with refused(400, "INVALID_ARGUMENT"):
        at.groups.list(syncToken=token, pageSize=5).execute()
    at.clock.forward(days=7)
    with refused(400, "FAILED_PRECONDITION", "Sync token is expired"):
        at.groups.list(syncToken=token).execute()


def test_a_sync_of_groups_begins_where_the_listing_began(at: Desk) -> None:
    gone, kept = create(at, "Gone"), create(at, "Kept")
    at.groups.delete(resourceName=gone["resourceName"]).execute()
    first = at.groups.list(pageSize=8).execute()
    late = create(at, "Late")
    last = at.groups.list(pageSize=8, pageToken=first["nextPageToken"]).execute()

    listed = {group["resourceName"] for group in first["contactGroups"] + last["contactGroups"]}
    assert {kept["resourceName"], late["resourceName"]} <= listed
    found = at.groups.list(pageSize=8, syncToken=last["nextSyncToken"]).execute()
    assert [group["name"] for group in found["contactGroups"]] == ["Late"]


def test_a_group_without_members_has_no_count(at: Desk) -> None:
    made = create(at, "Clients")
    assert "memberCount" not in get(at, made["resourceName"])

    ids = [person(at, f"N{n}") for n in range(3)]
    modify(at, made["resourceName"], ids, [])

    found = get(at, made["resourceName"], maxMembers=2)
    assert found["memberCount"] == 3
    assert found["memberResourceNames"] == ids[:2]
    assert "memberResourceNames" not in get(at, made["resourceName"])
    assert get(at, "contactGroups/all")["memberCount"] == 3


# --- Members ------------------------------------------------------------------------------


def test_members_come_and_go_and_get_new_etags(at: Desk) -> None:
    group = create(at, "Clients")["resourceName"]
    ann, bob = person(at, "Ann"), person(at, "Bob")
    before = at.get(ann)
    _, token = at.sync()

    assert modify(at, group, [ann, bob], []) == {}
    assert held(at, ann) == held(at, bob) == {MY_CONTACTS, group}
    changed, token = at.sync(token)
    assert {one["resourceName"] for one in changed} == {ann, bob}
    after = at.get(ann)
    assert after["metadata"]["sources"][0]["etag"] != before["metadata"]["sources"][0]["etag"]
    with refused(400, "FAILED_PRECONDITION"):
        at.update(before, "names")

    assert modify(at, group, [bob], [ann]) == {}  # bob is in it already
    assert held(at, ann) == {MY_CONTACTS}
    assert {one["resourceName"] for one in at.sync(token)[0]} == {ann}


def test_what_was_not_done_is_told_with_200(at: Desk) -> None:
    group = create(at, "Clients")["resourceName"]
    ann, bob = person(at, "Ann"), person(at, "Bob")
    modify(at, group, [ann], [])
    modify(at, MY_CONTACTS, [], [ann])
    assert held(at, ann) == {group}

    found = modify(at, group, [bob, "people/c1"], [ann, "people/c2"])

    assert found == {
        "notFoundResourceNames": ["people/c1", "people/c2"],
        "canNotRemoveLastContactGroupResourceNames": [ann],
    }
    assert held(at, ann) == {group}
    assert held(at, bob) == {MY_CONTACTS, group}


def test_only_some_groups_of_the_system_get_members(at: Desk) -> None:
    ann = person(at)

    modify(at, STARRED, [ann], [])
    modify(at, MY_CONTACTS, [ann], [])
    for group in (FRIENDS, "contactGroups/all", "contactGroups/family"):
        with refused(400, "INVALID_ARGUMENT"):
            modify(at, group, [ann], [])
    at.hands.label(ann, FRIENDS)
    modify(at, FRIENDS, [], [ann])
    assert held(at, ann) == {MY_CONTACTS, STARRED}


def test_at_most_1000_come_and_go_at_once(at: Desk) -> None:
    group = create(at, "Clients")["resourceName"]
    names = [f"people/c{number}" for number in range(1001)]

    with refused(400, "INVALID_ARGUMENT"):
        modify(at, group, names[:501], names[:500])
    assert len(modify(at, group, names[:500], names[500:1000])["notFoundResourceNames"]) == 1000


def test_members_of_a_deleted_group_stay(at: Desk) -> None:
    group = create(at, "Clients")["resourceName"]
    ann, bob = person(at, "Ann"), person(at, "Bob")
    modify(at, group, [ann, bob], [])
    modify(at, MY_CONTACTS, [], [bob])

    assert at.groups.delete(resourceName=group).execute() == {}

    assert held(at, ann) == held(at, bob) == {MY_CONTACTS}
    create(at, "Clients")  # the name is free again


def test_members_go_with_their_group_where_that_is_asked_for(at: Desk) -> None:
    group = create(at, "Clients")["resourceName"]
    ann, bob = person(at, "Ann"), person(at, "Bob")
    modify(at, group, [ann], [])

    at.groups.delete(resourceName=group, deleteContacts=True).execute()

    assert list(at.hands.all()) == [bob]
