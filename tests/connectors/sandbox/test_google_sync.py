"""Incremental syncs with the stand-in of Google Contacts, and what is odd about them."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.store import Store
from tests.connectors.sandbox.google_desk import (
    FIELDS,
    SOURCES,
    Desk,
    client,
    desk,
    detail,
    refused,
)


@pytest.fixture
def at() -> Iterator[Desk]:
    with desk() as opened:
        yield opened


def named(name: str) -> dict[str, Any]:
    return {"names": [{"givenName": name}]}


def names(people: list[dict[str, Any]]) -> list[str]:
    return [person["names"][0]["givenName"] for person in people]


def test_a_sync_brings_what_changed_since_and_then_nothing(at: Desk) -> None:
    ann, bob = at.hands.add(named("Ann")), at.hands.add(named("Bob"))
    people, token = at.sync()
    assert names(people) == ["Ann", "Bob"]

    at.hands.add(named("Cleo"))
    at.hands.edit(ann, named("Anna"))
    people, token = at.sync(token)
    assert names(people) == ["Cleo", "Anna"]

    assert at.sync(token)[0] == []
    at.hands.edit(bob, named("Bobby"))
    assert names(at.sync(token)[0]) == ["Bobby"]
    assert names(at.sync(token)[0]) == ["Bobby"]  # an older token may come again


def test_a_token_is_given_on_the_last_page_only(at: Desk) -> None:
    for number in range(5):
        at.hands.add(named(f"N{number}"))

    people, token = at.sync(pageSize=2)
    assert len(people) == 5
    for person in people[:3]:
        at.hands.edit(person["resourceName"], named("Changed"))

    assert len(at.sync(token, pageSize=2)[0]) == 3


def test_no_token_without_asking_for_one(at: Desk) -> None:
    assert "nextSyncToken" not in at.page()
    token = at.page(requestSyncToken=True)["nextSyncToken"]
    assert "nextSyncToken" in at.page(syncToken=token)


def test_a_deleted_person_is_a_name_and_a_flag(at: Desk) -> None:
    resource = at.hands.add(named("Ann"))
    _, token = at.sync()
    at.hands.delete(resource)

    (gone,), _ = at.sync(token)

    assert set(gone) == {"resourceName", "etag", "metadata"}
    assert gone["resourceName"] == resource
    assert gone["metadata"]["deleted"] is True
    assert gone["metadata"]["sources"][0]["type"] == "CONTACT"
    assert at.sync()[0] == []


def test_without_metadata_in_the_mask_a_deletion_does_not_show(at: Desk) -> None:
    resource = at.hands.add(named("Ann"))
    _, token = at.sync(personFields="names")
    at.hands.delete(resource)

    (gone,), _ = at.sync(token, personFields="names")

    assert set(gone) == {"resourceName", "etag"}


def test_who_comes_back_from_the_trash_is_as_before(at: Desk) -> None:
    resource = at.hands.add(named("Ann"))
    at.hands.delete(resource)
    _, token = at.sync()
    at.hands.restore(resource)

    (back,), _ = at.sync(token)

    assert (back["resourceName"], names([back])) == (resource, ["Ann"])
    assert "deleted" not in back["metadata"]


@pytest.mark.parametrize(
    "change",
    [
        {"personFields": "names"},
        {"personFields": ",".join(reversed(FIELDS.split(",")))},
        {"sources": []},
        {"pageSize": 999},
        {"sortOrder": "LAST_MODIFIED_ASCENDING"},
    ],
)
def test_a_token_is_for_the_same_request_only(at: Desk, change: dict[str, Any]) -> None:
    _, token = at.sync()

    with refused(400, "INVALID_ARGUMENT", "Request contains an invalid argument."):
        at.sync(token, **change)
    assert at.sync(token)[0] == []


def test_what_is_no_token_of_this_sync_is_refused(at: Desk) -> None:
    for name in ("Ann", "Bob"):
        at.hands.add(named(name))
    page = at.page(pageSize=1, requestSyncToken=True)["nextPageToken"]
    groups = at.groups.list().execute()["nextSyncToken"]

    for token in (page, groups, "garbled", "ä", "AAAA", "x" * 500):
        with refused(400, "INVALID_ARGUMENT", "Request contains an invalid argument."):
            at.sync(token)


def test_a_token_is_good_in_its_account_only(at: Desk) -> None:
    at.hands.add(named("Ann"))
    _, token = at.sync()
    other = at.google.open_account("bob@example.org", token="bobs")
    given = {"resourceName": "people/me", "personFields": FIELDS, "sources": SOURCES}

    with client(at.url, "bobs") as service:
        bobs = service.people().connections()
        with refused(400, "INVALID_ARGUMENT", "Request contains an invalid argument."):
            bobs.list(**given, pageSize=1000, syncToken=token).execute()
        assert bobs.list(**given).execute() == {}
    assert other != at.account


def test_a_token_ends_seven_days_after_the_full_sync(at: Desk) -> None:
    at.hands.add(named("Ann"))
    _, token = at.sync()
    at.clock.forward(days=6)
    _, token = at.sync(token)  # does not start the week anew
    at.clock.forward(hours=23, minutes=59)
    _, token = at.sync(token)
    at.clock.forward(minutes=1)

    with refused(400, "FAILED_PRECONDITION", "Sync token is expired. Clear local cache") as error:
        at.sync(token)

    told = detail(error, "google.rpc.ErrorInfo")
    assert (told["reason"], told["domain"]) == ("EXPIRED_SYNC_TOKEN", "people.googleapis.com")
    people, token = at.sync()
    assert names(people) == ["Ann"]
    assert at.sync(token)[0] == []


def test_how_tokens_end_can_be_changed(at: Desk) -> None:
    at.quirks(token_days=1, tokens_renewed=True, expired_status=410)
    _, token = at.sync()
    for _ in range(3):
        at.clock.forward(hours=23)
        _, token = at.sync(token)
    at.clock.forward(hours=24)

    with refused(410, "FAILED_PRECONDITION", "Sync token is expired"):
        at.sync(token)


def test_writes_show_late_in_lists_and_at_once_elsewhere(at: Desk) -> None:
    at.quirks(lag=300)
    ann = at.hands.add(named("Ann"))
    bob = at.hands.add(named("Bob"))
    at.clock.forward(minutes=10)
    people, token = at.sync()
    assert names(people) == ["Ann", "Bob"]

    at.hands.edit(ann, named("Anna"))
    at.hands.delete(bob)
    cleo = at.create(names=[{"givenName": "Cleo"}])["resourceName"]
    at.clock.forward(minutes=4)

    early, token = at.sync(token)
    assert early == []
    assert names(at.sync()[0]) == ["Ann", "Bob"]  # the state of five minutes ago, whole
    assert names([at.get(ann), at.get(cleo)]) == ["Anna", "Cleo"]
    with refused(404, "NOT_FOUND"):
        at.get(bob)

    at.clock.forward(minutes=2)
    people, token = at.sync(token)
    assert [person["resourceName"] for person in people] == [ann, bob, cleo]
    assert at.sync(token)[0] == []


def test_a_late_list_loses_no_change_that_came_between(at: Desk) -> None:
    at.quirks(lag=120)
    ann = at.hands.add(named("Ann"))
    at.clock.forward(minutes=10)
    _, token = at.sync()

    seen = []
    for number in range(10):
        at.hands.edit(ann, named(f"Ann {number}"))
        at.clock.forward(seconds=50)
        people, token = at.sync(token)
        seen += names(people)
    at.clock.forward(minutes=3)
    people, token = at.sync(token)

    assert names(people) == ["Ann 9"]
    assert "Ann 3" in seen


def test_phantoms_are_reported_with_nothing_changed(at: Desk) -> None:
    resource = at.hands.add(named("Ann"))
    before = at.get(resource)
    _, token = at.sync()
    at.clock.forward(hours=3)

    at.hands.touch()
    (changed,), token = at.sync(token)
    at.hands.touch([resource], etag=False)
    (touched,), token = at.sync(token)

    def source(person: dict[str, Any]) -> dict[str, Any]:
        return person["metadata"]["sources"][0]

    assert changed["names"] == before["names"]
    assert source(changed)["etag"] != source(before)["etag"]
    assert source(changed)["updateTime"] > source(before)["updateTime"]
    assert source(touched) == source(changed)


def test_merged_contacts_leave_a_name_behind(at: Desk) -> None:
    ann = at.hands.add({**named("Ann"), "emailAddresses": [{"value": "a@example.org"}]})
    anna = at.hands.add(
        {**named("Anna"), "emailAddresses": [{"value": "b@example.org"}], "urls": [{"value": "u"}]}
    )
    _, token = at.sync()

    at.hands.merge(ann, anna)
    people, _ = at.sync(token)
    kept, gone = sorted(people, key=lambda person: "deleted" in person["metadata"])

    assert (kept["resourceName"], gone["resourceName"]) == (ann, anna)
    assert gone["metadata"]["deleted"] is True
    assert kept["metadata"]["previousResourceNames"] == [anna]
    assert names([kept]) == ["Ann"]
    assert [item["value"] for item in kept["emailAddresses"]] == ["a@example.org", "b@example.org"]
    assert [item["value"] for item in kept["urls"]] == ["u"]
    assert "previousResourceNames" not in at.get(ann)["metadata"]
    assert all("previousResourceNames" not in one["metadata"] for one in at.sync()[0])
    with refused(404, "NOT_FOUND"):
        at.get(anna)


def test_a_contact_with_a_profile_changes_its_name(at: Desk) -> None:
    old = at.hands.add(named("Ann"))
    before = at.get(old)
    _, token = at.sync()

    new = at.hands.link(old, {})
    (person,), _ = at.sync(token)

    assert person["resourceName"] == new
    assert person["metadata"]["previousResourceNames"] == [old]
    ids = [one["metadata"]["sources"][0]["id"] for one in (before, person)]
    assert ids[0] == ids[1]


def test_pages_show_one_moment_whatever_happens_between_them(at: Desk) -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for number in range(30):
        at.hands.add(named(f"N{number}"))
    expected = {id: record["names"][0]["givenName"] for id, record in at.hands.all().items()}

    given: dict[str, Any] = {"requestSyncToken": True, "pageSize": 7}
    page = at.page(**given)
    people = page["connections"]
    while "nextPageToken" in page:
        ids = list(at.hands.all())
        at.hands.delete(chance.choice(ids[:-1]))
        at.hands.edit(ids[-1], named(f"Changed {len(people)}"))
        at.hands.add(named("Late"))
        page = at.page(**given, pageToken=page["nextPageToken"])
        people += page["connections"]

    shown = {person["resourceName"]: person["names"][0]["givenName"] for person in people}
    assert len(people) == 30
    assert shown == expected
    for person in at.sync(page["nextSyncToken"], pageSize=7)[0]:
        if person["metadata"].get("deleted"):
            shown.pop(person["resourceName"], None)
        else:
            shown[person["resourceName"]] = person["names"][0]["givenName"]
    now = {id: record["names"][0]["givenName"] for id, record in at.hands.all().items()}
    assert shown == now


def test_a_listing_may_take_hours_but_not_days(at: Desk) -> None:
    ids = [at.hands.add(named(f"N{n}")) for n in range(6)]
    given: dict[str, Any] = {"requestSyncToken": True, "pageSize": 1}
    page = at.page(**given)
    first, people = page["nextPageToken"], page["connections"]
    while "nextPageToken" in page:
        at.clock.forward(hours=4)
        at.hands.touch()
        at.hands.add(named("Late"))
        page = at.page(**given, pageToken=page["nextPageToken"])
        people += page["connections"]

    assert [person["resourceName"] for person in people] == ids
    missed = at.sync(page["nextSyncToken"], pageSize=1)[0]
    assert {person["resourceName"] for person in missed} == set(at.hands.all())
    at.clock.forward(hours=4)
    with refused(400, "INVALID_ARGUMENT", "Request contains an invalid argument."):
        at.page(**given, pageToken=first)


def test_everything_stays_over_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.sqlite3"
    with desk(path) as before:
        label = before.hands.add_label("Friends of mine")
        ann = before.hands.add(named("Ann"))
        before.hands.label(ann, label)
        bob = before.hands.add(named("Bob"))
        person = before.get(ann)
        _, token = before.sync()
        before.hands.delete(bob)

    with desk(path) as after:
        assert after.account == before.account
        assert after.get(ann) == person
        assert after.hands.labels() == {label: "Friends of mine"}
        (gone,), _ = after.sync(token)
        assert (gone["resourceName"], gone["metadata"]["deleted"]) == (bob, True)
        new = after.hands.add(named("Cleo"))
        assert new not in (ann, bob)


def test_ten_thousand_people_are_listed_and_one_change_is_not_looked_for_among_them(
    at: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at.sandbox.store.transaction():
        ids = [
            at.hands.add({**named(f"N{n}"), "emailAddresses": [{"value": f"a{n}@example.org"}]})
            for n in range(10_000)
        ]
    little = {"personFields": "names,metadata"}
    looked_at: list[int] = []
    read = Store._rows

    def counted(store: Store, query: str, *given: Any) -> list[Any]:
        found = read(store, query, *given)
        if "document FROM" in query and str(given[0]).endswith("/contact"):
            looked_at.append(len(found))
        return found

    monkeypatch.setattr(Store, "_rows", counted)
    people, token = at.sync(**little)
    assert [person["resourceName"] for person in people] == ids
    assert len(at.sandbox.calls) == 10
    # The first page counts them; to turn it costs no more than the page.
    assert sum(looked_at) <= 2 * 10_000 + 9 * 2_000

    at.sandbox.exchanges.clear()  # each of these was like the first
    at.hands.edit(ids[77], named("Changed"))
    looked_at.clear()
    people, _ = at.sync(token, **little)
    assert names(people) == ["Changed"]
    assert sum(looked_at) <= 2
