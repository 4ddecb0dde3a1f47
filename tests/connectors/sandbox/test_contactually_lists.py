"""Lists and searches over HTTP: pages, filters, and where they mislead."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.connectors.sandbox.contactually_crm import TOKEN, Crm, open_crm


@pytest.fixture
def crm() -> Iterator[Crm]:
    with open_crm() as crm:
        yield crm


def add(crm: Crm, *names: str, **record: Any) -> list[str]:
    return [crm.hands.add({"first_name": name, **record}) for name in names]


def test_pages_hold_fifty_and_meta_tells_how_much_there_is(crm: Crm) -> None:
    add(crm, *(f"N{number}" for number in range(120)))
    pages = [crm.call("GET", "/contacts", query={"page": page}).json() for page in (1, 2, 3, 4)]
    assert [len(page["data"]) for page in pages] == [50, 50, 20, 0]
    assert {page["meta"]["total"] for page in pages} == {120}
    assert [bool(page["meta"]["next_page"]) for page in pages] == [True, True, False, False]
    assert [bool(page["meta"]["previous_page"]) for page in pages] == [False, True, True, True]
    names = [contact["first_name"] for page in pages for contact in page["data"]]
    assert names == [f"N{number}" for number in range(120)]


def test_the_last_page_may_be_full(crm: Crm) -> None:
    add(crm, *"ABCD")
    last = crm.call("GET", "/contacts", query={"page": 2, "page_size": 2}).json()
    assert len(last["data"]) == 2
    assert last["meta"]["next_page"] is None


def test_a_page_size_beyond_the_greatest_is_cut_without_a_word(crm: Crm) -> None:
    add(crm, *"ABCDE")
    assert crm.listed(page_size=2, page=2) == ["C", "D"]
    crm.turn(largest_page=3)
    assert crm.listed(page_size=200) == ["A", "B", "C"]
    assert crm.listed(page_size=200, page=2) == ["D", "E"]
    crm.turn(page=2)
    assert crm.listed() == ["A", "B"]


@pytest.mark.parametrize("text", ["0", "-1", "x", "", "1e9", "٣"])
def test_a_page_that_is_no_number_is_the_first(crm: Crm, text: str) -> None:
    add(crm, "A")
    answer = crm.call("GET", "/contacts", query={"page": text, "page_size": text})
    assert [each["first_name"] for each in answer.json()["data"]] == ["A"]
    crm.sandbox.exchanges.clear()


def test_a_page_far_beyond_the_end_is_empty(crm: Crm) -> None:
    add(crm, "A")
    assert crm.listed(page=10**17) == []


def test_next_page_points_at_the_search_which_knows_no_get(crm: Crm) -> None:
    add(crm, *"ABC")
    query = {"page_size": 2, "updated_at.after": "2020-01-01T00:00:00"}
    link = crm.call("GET", "/contacts", query=query).json()["meta"]["next_page"]
    assert link == (
        f"{crm.home}/v2/contacts/search?page_size=2&updated_at.after=2020-01-01T00%3A00%3A00&page=2"
    )
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert crm.session.get(link, headers=headers).status_code == 404
    repaired = crm.session.get(link.replace("/search", ""), headers=headers).json()
    assert [each["first_name"] for each in repaired["data"]] == ["C"]


def test_next_page_may_be_right_or_lead_astray(crm: Crm) -> None:
    add(crm, *"ABC")
    crm.turn(next_page="list")
    link = crm.call("GET", "/contacts", query={"page_size": 2}).json()["meta"]["next_page"]
    followed = crm.session.get(link, headers={"Authorization": f"Bearer {TOKEN}"}).json()
    assert [each["first_name"] for each in followed["data"]] == ["C"]
    assert followed["meta"]["previous_page"] == f"{crm.home}/v2/contacts?page_size=2&page=1"
    crm.turn(next_page="elsewhere")
    link = crm.call("GET", "/contacts", query={"page_size": 2}).json()["meta"]["next_page"]
    assert link.startswith("https://api.elsewhere.invalid/v2/")


def test_changes_are_found_since_a_second_that_is_itself_left_out(crm: Crm) -> None:
    add(crm, "A")
    crm.clock.go(10)
    add(crm, "B")
    crm.clock.go(10)
    add(crm, "C")
    assert crm.listed(**{"updated_at.after": "2026-11-23T12:00:10"}) == ["C"]
    assert crm.listed(**{"updated_at.after": "2026-11-23T12:00:09"}) == ["B", "C"]
    assert crm.listed(**{"updated_at.before": "2026-11-23T12:00:10"}) == ["A"]
    crm.turn(includes_bound=True)
    assert crm.listed(**{"updated_at.after": "2026-11-23T12:00:10"}) == ["B", "C"]


def test_times_are_read_in_several_forms_and_nonsense_is_refused(crm: Crm) -> None:
    add(crm, "A")
    crm.clock.go(3600)
    add(crm, "B")
    for text in (
        "2026-11-23T12:30:00Z",
        "2026-11-23 12:30:00 UTC",
        "2026-11-23T14:30:00+02:00",
    ):
        answer = crm.call("GET", "/contacts", query={"updated_at.after": text})
        assert [each["first_name"] for each in answer.json()["data"]] == ["B"]
    answer = crm.call("GET", "/contacts", query={"updated_at.after": "yesterday"})
    assert answer.status_code == 422
    assert answer.json() == {"errors": ["Updated at.after is not a valid time"]}
    # They may be written in one form only, as far as is known.
    crm.sandbox.exchanges.clear()


def test_a_time_without_a_zone_is_utc_wherever_the_stand_in_runs(
    crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(crm, "A")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert crm.listed(**{"updated_at.after": "2026-11-23T11:59:59"}) == ["A"]
        assert crm.listed(**{"updated_at.after": "2026-11-23T12:00:00"}) == []
    finally:
        monkeypatch.undo()
        time.tzset()


def test_filters_by_creation_archive_company_and_place(crm: Crm) -> None:
    add(crm, "A", created_at="2015-01-01", company="Example Ltd", location="Ghent")
    [b] = add(crm, "B")
    crm.hands.archive(b)
    assert crm.listed(**{"created_at.before": "2020-01-01T00:00:00"}) == ["A"]
    assert crm.listed(**{"created_at.after": "2020-01-01T00:00:00"}) == []
    assert crm.listed(company="example ltd") == ["A"]
    late = {"archived_at.after": "2026-11-23T11:00:00", "archived": "true"}
    assert crm.listed(**late) == ["B"]
    assert crm.listed(**{"with_archived": "true"}) == ["A", "B"]


def test_an_address_is_found_whole_by_q_and_by_email(crm: Crm) -> None:
    for address in ("ann@x.org", "mary.ann@x.org", "joann@x.org", "ann@x.org.uk"):
        add(crm, address, email_addresses=[{"address": address.title()}])
    assert crm.listed(q="ANN@x.org") == ["ann@x.org", "mary.ann@x.org"]
    assert crm.listed(email="ann@x.org") == ["ann@x.org"]
    crm.turn(finds_parts=False)
    assert crm.listed(q="ann@x.org") == ["ann@x.org"]


def test_words_find_names_that_begin_so(crm: Crm) -> None:
    crm.hands.add({"first_name": "Ann Marie", "last_name": "O'Brien"})
    crm.hands.add({"first_name": "Joann", "company": "Ann & Co"})
    assert crm.listed(q="ann") == ["Ann Marie"]
    assert crm.listed(q="bri marie") == ["Ann Marie"]
    assert crm.listed(q="nobody") == []


def test_a_search_takes_the_filters_in_its_body(crm: Crm) -> None:
    bucket = crm.hands.add_bucket("Clients")
    add(crm, "A", tags=["Red, dark", "Big"], bucket_ids=[bucket])
    add(crm, "B", tags=["Red, dark"])
    add(crm, "C", tags=["Big"])

    def found(**filters: object) -> list[str]:
        data = crm.send("POST", "/contacts/search", filters)
        return [contact["first_name"] for contact in data]

    assert found(tags=["red, DARK"]) == ["A", "B"]
    assert found(tags=["Big", "Red, dark"]) == ["A", "B", "C"]
    assert found(**{"tags.all": ["Big", "Red, dark"]}) == ["A"]
    assert found(**{"tags.not": ["Big"]}) == ["B"]
    assert found(buckets=[bucket]) == ["A"]
    assert found(**{"buckets.not": [bucket]}) == ["B", "C"]
    assert found(page_size=1, page=2, with_archived=True) == ["B"]
    assert crm.listed(**{"tags[]": ["Red, dark"]}) == ["A", "B"]


def test_what_is_no_filter_is_passed_over_by_the_service(crm: Crm) -> None:
    add(crm, "A")
    answer = crm.call("GET", "/contacts", query={"updated_after": "2099-01-01T00:00:00"})
    assert len(answer.json()["data"]) == 1
    crm.sandbox.exchanges.clear()


def test_all_ids_that_a_filter_finds_come_at_once(crm: Crm) -> None:
    ids = add(crm, *(f"N{number}" for number in range(60)))
    crm.hands.archive(ids[3])
    crm.hands.delete(ids[4])
    assert crm.get("/contacts/resolve") == ids[:3] + ids[5:]
    assert crm.get("/contacts/resolve", with_archived="true") == ids[:4] + ids[5:]


def test_contacts_slip_between_pages_when_one_before_them_goes(crm: Crm) -> None:
    ids = add(crm, *"ABCD")
    seen = crm.listed(page_size=2)
    crm.hands.delete(ids[0])
    seen += crm.listed(page_size=2, page=2)
    assert seen == ["A", "B", "D"]


def test_with_the_last_changed_first_edits_shift_the_pages(crm: Crm) -> None:
    crm.turn(order="updated")
    ids = []
    for name in "ABCD":
        crm.clock.go(1)
        ids += add(crm, name)
    assert crm.listed(page_size=2) == ["D", "C"]
    crm.clock.go(1)
    crm.hands.edit(ids[0], {"title": "Boss"})
    assert crm.listed(page_size=2, page=2) == ["C", "B"]


def test_lists_lag_behind_while_reading_by_id_does_not(crm: Crm) -> None:
    old, gone = add(crm, "Old", "Gone")
    crm.turn(lag=300)
    crm.clock.go(60)
    [new] = add(crm, "New")
    crm.hands.edit(old, {"first_name": "Changed"})
    crm.hands.delete(gone)
    assert crm.get(f"/contacts/{new}")["first_name"] == "New"
    assert crm.get(f"/contacts/{old}")["first_name"] == "Changed"
    assert crm.call("GET", f"/contacts/{gone}").status_code == 404
    assert sorted(crm.listed()) == ["Gone", "Old"]
    assert crm.listed(**{"updated_at.after": "2026-11-23T12:00:30"}) == []
    crm.clock.go(299)
    assert sorted(crm.listed()) == ["Gone", "Old"]
    crm.clock.go(1)
    assert crm.listed() == ["Changed", "New"]
    assert crm.listed(**{"updated_at.after": "2026-11-23T12:00:30"}) == ["Changed", "New"]


def test_what_was_removed_since_is_left_out_of_what_lists_still_show(crm: Crm) -> None:
    bucket = crm.hands.add_bucket("Clients")
    field = crm.hands.define_field("Colour")
    add(crm, "A", bucket_ids=[bucket], custom_fields=[{"field": {"id": field}, "value": "blue"}])
    crm.turn(lag=300)
    crm.hands.remove_bucket(bucket)
    crm.hands.remove_field(field)
    [shown] = crm.get("/contacts")
    assert shown["extra_data"]["buckets"] == []
    assert shown["custom_fields"] == [{"field": {"id": field, "name": ""}, "value": "blue"}]


def test_several_changes_within_the_lag_show_nothing_too_early(crm: Crm) -> None:
    [id] = add(crm, "First")
    crm.turn(lag=300)
    for name in ("Second", "Third"):
        crm.clock.go(200)
        crm.hands.edit(id, {"first_name": name})
    crm.clock.go(200)
    assert crm.listed() == ["First"]
    crm.clock.go(100)
    assert crm.listed() == ["Third"]


def test_ten_thousand_contacts_are_listed_and_looked_up_without_reading_them_all(
    crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm.turn(requests_per_minute=0)
    with crm.sandbox.store.transaction():
        for number in range(10_000):
            address = f"n{number}@example.org"
            crm.hands.add({"first_name": f"N{number}", "email_addresses": [{"address": address}]})
    crm.clock.go(60)
    crm.hands.edit("contact_5000", {"title": "Boss"})
    crm.hands.archive("contact_7000")

    whole = crm.sandbox.store.all
    read: list[int] = []

    def counted(kind: str, since: float | None = None) -> Any:
        found = whole(kind, since)
        read.append(len(found))
        return found

    monkeypatch.setattr(crm.sandbox.store, "all", counted)
    names = []
    for page in range(1, 21):
        names += crm.listed(page=page, page_size=500)
    assert len(names) == len(set(names)) == 9_999
    assert crm.listed(q="n4711@example.org") == ["N4711"]
    assert crm.listed(email="n4712@example.org") == ["N4712"]
    assert crm.listed(**{"updated_at.after": "2026-11-23T12:00:30"}) == ["N4999"]
    assert crm.send("POST", "/contacts", {"email_addresses": [{"address": "N1@example.org"}]})
    assert max(read) <= 2
    crm.sandbox.exchanges.clear()  # too many to judge each
