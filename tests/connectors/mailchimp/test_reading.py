"""Reading an audience while people work on it, and what it costs."""

from __future__ import annotations

import random
from contextlib import closing
from typing import Any

import pytest

from connectors.connector import Received
from connectors.contact import Contact, Segment
from connectors.errors import AskStaff, Gone, TryAgain
from connectors.mailchimp import listing
from connectors.mailchimp.listing import Listing
from connectors.session import TRIES
from tests.connectors.conformance import Reading, reading
from tests.connectors.mailchimp.odd import Odd
from tests.connectors.mailchimp.partner import WEEK, App

QUIET = ["GET /members", "GET /members"]
SCHEMA = ["GET /merge-fields", "GET /interest-categories"]


def somebody(name: str, **more: Any) -> Contact:
    return Contact({"first_name": name, "emails": f"{name.lower()}@people.example"}, **more)


def crowd(people: App, number: int, apart: float = 0) -> list[str]:
    """Members that were made so many seconds after each other."""
    ids = []
    for n in range(number):
        ids.append(people.add(somebody(f"N{n}")))
        people.clock.tick(apart)
    return ids


def paged(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(listing, "SIZES", (size,))


# --- What it costs ------------------------------------------------------------------------


def test_reading_without_changes_costs_two_requests_also_for_a_new_connector(people, connector):
    crowd(people, 3)
    first = reading(connector, people.container)
    people.calls  # noqa: B018
    with closing(people.connector()) as other:
        second = reading(other, people.container, first)
    assert (second.received, second.gone, people.calls) == ({}, [], QUIET)
    people.clock.tick(3600)
    with closing(people.connector()) as other:
        third = reading(other, people.container, second)
        assert (third.received, len(third.present), people.calls) == ({}, 3, QUIET)
        fourth = reading(other, people.container, third)
    assert (fourth.received, fourth.present, people.calls) == ({}, [], QUIET)


def test_first_reading_walks_both_lists_then_looks_whether_it_missed_somebody(people, connector):
    crowd(people, 3)
    people.calls  # noqa: B018
    assert reading(connector, people.container).complete
    assert people.calls == [*SCHEMA, *QUIET, *QUIET, *QUIET]


def test_changes_cost_the_schema_once_in_the_life_of_a_connector(people, connector):
    ann = people.add(somebody("Ann"))
    first = reading(connector, people.container)
    with closing(people.connector()) as other:
        for name in ("Anna", "Anne"):
            people.edit(ann, {"first_name": name})
            people.calls  # noqa: B018
            first = reading(other, people.container, first)
            assert first.contacts[ann].text("first_name") == name
            assert (
                people.calls == (["GET /members", *SCHEMA, "GET /members"], QUIET)[name == "Anne"]
            )


def test_only_what_is_kept_is_asked_for(people, connector, odd):
    people.add(somebody("Ann"))
    with closing(people.connector()) as other:
        first = reading(other, people.container)
    (received,) = first.received.values()
    assert b"_links" not in received.raw and b"stats" not in received.raw
    assert all("_links" not in str(asked.query) for asked in odd.asked)
    members = [asked for asked in odd.asked if asked.path.endswith("/members")]
    assert {asked.query["count"][0] for asked in members} == {"500", "1"}


# --- Changes at the wrong moment ----------------------------------------------------------


def test_change_in_the_second_of_a_reading_is_told_by_the_next(people, connector):
    ann = people.add(somebody("Ann"))
    first = reading(connector, people.container)
    people.edit(ann, {"first_name": "Anna"})
    second = reading(connector, people.container, first)
    people.edit(ann, {"first_name": "Anne"})
    third = reading(connector, people.container, second)
    told = [found.contacts[ann].text("first_name") for found in (second, third)]
    assert told == ["Anna", "Anne"]


def test_change_during_a_reading_is_told_by_it_or_the_next(people, odd):
    ids = crowd(people, 6)
    with closing(people.connector()) as connector:
        first = reading(connector, people.container)
        odd.before("GET", "/members", lambda: people.edit(ids[0], {"last_name": "Early"}))
        second = reading(connector, people.container, first)
        odd.before("GET", "/merge-fields", lambda: people.edit(ids[1], {"last_name": "Late"}))
        third = reading(connector, people.container, second)
    told = {id: contact.text("last_name") for found in (second, third)
            for id, contact in found.contacts.items()}  # fmt: skip
    assert told == {ids[0]: "Early"}
    people.clock.tick(600)
    with closing(people.connector()) as connector:
        people.edit(ids[1], {"last_name": "Late"})
        fourth = reading(connector, people.container, third)
    assert fourth.contacts[ids[1]].text("last_name") == "Late"


@pytest.mark.parametrize("apart", [0, 0.3, 1, 30], ids=["one second", "some", "seconds", "apart"])
@pytest.mark.parametrize("inclusive", [False, True])
def test_walk_names_everybody_however_people_work_meanwhile(
    people, odd, monkeypatch, apart, inclusive
):
    paged(monkeypatch, 5)
    people.be(since_is_inclusive=inclusive)
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    ids = crowd(people, 33, apart)

    def work() -> None:
        """Somebody, read already or not, goes to the end of the list."""
        people.edit(chance.choice(ids), {"last_name": str(chance.random())})
        people.clock.tick(apart)
        if len(odd.asked) < 40:
            odd.before("GET", "/members", work)

    odd.before("GET", "/members", lambda: None)
    odd.before("GET", "/members", work)
    seen: dict[str, str] = {}
    with closing(people.connector()) as connector:
        pages = list(connector.changes(people.container, "", lambda ids: {}))
        seen |= {x.id: x.contact.text("last_name") for page in pages for x in page.received}
        assert seen.keys() == set(ids)
        odd.forget_hooks()
        later = reading(connector, people.container, pages[-1].ending.cursor)
    seen |= {id: contact.text("last_name") for id, contact in later.contacts.items()}
    assert seen == {id: people.hands.get(id)["merge_fields"]["LNAME"] for id in ids}


def test_walk_is_not_begun_anew_by_each_edit(people, odd, monkeypatch):
    paged(monkeypatch, 10)
    ids = crowd(people, 100, 30)
    chance = iter(ids)

    def work() -> None:
        people.edit(next(chance), {"last_name": "moved"})
        odd.before("GET", "/members", work)

    odd.before("GET", "/members", lambda: None)
    odd.before("GET", "/members", work)
    pages = 0
    for rows in Listing(people.connector()._api).walk(people.container, None):
        pages += bool(rows)
        if rows[-1]["merge_fields"]["LNAME"] == "moved":
            break
    assert pages <= 100 / 10 + 3


def test_walk_through_one_second_proves_that_nothing_moved(people, odd, monkeypatch):
    """Otherwise the one behind a page would be skipped when somebody before it is edited."""
    paged(monkeypatch, 5)
    ids = crowd(people, 12)
    people.clock.tick(100)
    for _ in range(2):
        odd.before("GET", "/members", lambda: people.edit(ids[2], {"last_name": "moved"}))
        odd.before("GET", "/members", lambda: None)
    with closing(people.connector()) as connector:
        assert reading_ids(connector, people) == set(ids)


def reading_ids(connector: Any, people: App) -> set[str]:
    pages = connector.changes(people.container, "", lambda ids: {})
    return {item.id for page in pages for item in page.received}


def test_list_that_never_stands_still_is_left_for_later(people, odd, monkeypatch):
    paged(monkeypatch, 5)
    ids = crowd(people, 12)
    people.clock.tick(100)

    def move() -> None:
        people.edit(ids[0], {"last_name": str(len(odd.asked))})
        ids.append(ids.pop(0))
        odd.before("GET", "/members", move)

    odd.before("GET", "/members", move)
    odd.alter("GET", "/members", shuffled)
    with closing(people.connector()) as connector, pytest.raises(TryAgain, match="faster"):
        reading(connector, people.container)


def shuffled(data: Any) -> Any:
    """Never the same member first."""
    shuffled.turns = getattr(shuffled, "turns", 0) + 1  # type: ignore[attr-defined]
    turn = shuffled.turns % max(1, len(data.get("members", [])))  # type: ignore[attr-defined]
    rows = data.get("members", [])
    return {**data, "members": rows[turn:] + rows[:turn]}


# --- Nobody is taken for gone who is there ------------------------------------------------


def test_deleted_for_good_is_told_by_the_weekly_reading(people, connector):
    ann, bob = people.add(somebody("Ann")), people.add(somebody("Bob"))
    first = reading(connector, people.container)
    people.delete(ann)
    people.clock.tick(0.8 * WEEK - 60)
    second = reading(connector, people.container, first)
    assert (second.gone, second.complete) == ([], False)
    people.clock.tick(0.2 * WEEK + 120)
    third = reading(connector, people.container, second)
    assert (third.gone, third.present, third.complete) == ([ann], [bob], True)
    fourth = reading(connector, people.container, third)
    assert (fourth.gone, fourth.complete) == ([], False)


def test_who_is_archived_or_restored_while_both_lists_are_read_is_named(people, odd):
    for begin, change in ((people.archive, people.restore), (people.restore, people.archive)):
        ann = people.add(somebody("Ann" + begin.__name__))
        people.archive(ann)
        if begin == people.restore:
            people.restore(ann)
        people.clock.tick(3600)
        for wait in range(6):
            with closing(people.connector()) as connector:
                for _ in range(wait):
                    odd.before("GET", "/members", lambda: None)
                odd.before("GET", "/members", lambda id=ann, change=change: change(id))
                found = reading_all(connector, people)
            assert ann in found
            (people.archive if begin == people.archive else people.restore)(ann)
            odd.forget_hooks()


def reading_all(connector: Any, people: App) -> set[str]:
    pages = connector.changes(people.container, "", lambda ids: {})
    return {item.id for page in pages for item in page.received}


def test_listing_that_lacks_somebody_is_not_complete_and_is_tried_again(people, odd):
    ids = crowd(people, 4)
    lacking = True

    def cut(data: Any) -> Any:
        rows = data.get("members")
        return {**data, "members": rows[1:]} if rows and lacking else data

    odd.alter("GET", "/members", cut)
    with closing(people.connector()) as connector:
        try:
            first = reading(connector, people.container, known=dict.fromkeys(ids, "v"))
        except TryAgain as fault:
            assert "before its end" in str(fault)
        else:
            raise AssertionError(first)
        odd.answer_truly()
        odd.alter("GET", "/members", lambda data: _without(data, ids[0]) if lacking else data)
        second = reading(connector, people.container)
        assert (second.complete, len(second.received)) == (False, 3)
        lacking = False
        people.clock.tick(3000)
        assert not reading(connector, people.container, second).complete
        people.clock.tick(700)
        third = reading(connector, people.container, second)
        assert (third.complete, list(third.received)) == (True, [ids[0]])


def _without(data: Any, id: str) -> Any:
    """A member less, and nobody counts it where it is listed; the count of all still has it."""
    rows = data.get("members")
    if rows is None:
        return data
    left = [row for row in rows if row.get("contact_id") != id]
    return {**data, "members": left, "total_items": data["total_items"] - len(rows) + len(left)}


def test_empty_answers_conclude_nothing(people, odd):
    crowd(people, 2)
    with closing(people.connector()) as connector:
        first = reading(connector, people.container)
        people.clock.tick(WEEK)
        for odd_answer in (
            {"members": [], "total_items": 2},
            {"members": None, "total_items": 0},
            {"total_items": 0},
            {"members": []},
            {"members": [], "total_items": "0"},
            b"",
            b"<html>",
            [],
        ):
            odd.answer_truly()
            odd.alter("GET", "/members", lambda _, told=odd_answer: told)
            with pytest.raises((TryAgain, AskStaff)):
                reading(connector, people.container, first)


def test_member_without_an_id_makes_a_reading_incomplete(people, odd):
    ann, bob = crowd(people, 2)

    def nameless(data: Any) -> Any:
        for row in data.get("members", []):
            if row.get("contact_id") == ann:
                row["contact_id"] = None
        return data

    odd.alter("GET", "/members", nameless)
    with closing(people.connector()) as connector:
        first = reading(connector, people.container)
    assert (list(first.received), first.complete) == ([bob], False)


def test_odd_members_are_faults_and_stop_nobody(people, odd):
    ann, bob = crowd(people, 2)

    def spoiled(data: Any) -> Any:
        for row in data.get("members", []):
            if row.get("contact_id") == ann:
                row["merge_fields"] = None
        return data

    odd.alter("GET", "/members", spoiled)
    with closing(people.connector()) as connector:
        first = reading(connector, people.container)
    assert (first.contacts[ann], bool(first.received[ann].fault)) == (None, True)
    assert first.contacts[bob].text("first_name") == "N1"
    assert first.complete


# --- Pages that are too much --------------------------------------------------------------


def test_pages_become_smaller_where_mailchimp_fails_at_them(people, odd):
    people.be(largest_page=250)
    crowd(people, 260)
    with closing(people.connector()) as connector:
        first = reading(connector, people.container)
    assert (len(first.received), first.complete) == (260, True)
    counts = [x.query["count"][0] for x in odd.asked if x.path.endswith("/members")]
    assert counts[:3] == ["500", "250", "250"] and "500" not in counts[1:]
    assert people.clock.slept == 0


def test_time_out_makes_pages_smaller_too(people, connector):
    crowd(people, 3)
    people.fail(what="dropped", path="/members", times=TRIES)
    assert reading(connector, people.container).complete


def test_mailchimp_that_is_out_of_order_is_left_alone(people, connector):
    people.fail(what="status", status=500, path="/members", times=-1)
    with pytest.raises(TryAgain):
        reading(connector, people.container)
    assert len(people.calls) < 10


# --- Names that change --------------------------------------------------------------------


def asked_for(people: App, since: Reading) -> Reading:
    """A reading in a run that also asks what the audience offers."""
    with closing(people.connector()) as connector:
        connector.catalogue(people.container)
        return reading(connector, people.container, since)


def test_field_with_another_name_is_read_in_full(people, connector):
    people.hands.add_field("SIZE", "Size", "text")
    ann = people.hands.add({"email_address": "ann@x.example", "merge_fields": {"SIZE": "L"}})
    first = reading(connector, people.container)
    assert first.contacts[ann].get("custom:Size") == "L"
    people.hands.change_field("SIZE", {"name": "Shirt"})
    people.clock.tick(7200)
    second = asked_for(people, first)
    assert second.contacts[ann].get("custom:Shirt") == "L"
    assert second.complete
    assert asked_for(people, second).received == {}


def test_other_fields_are_noticed_in_the_middle_of_a_reading(people, connector):
    ann, bob = crowd(people, 2, 3600)
    first = reading(connector, people.container)
    people.hands.change_field("FNAME", {"name": "Given name"})
    people.hands.add_field("SIZE", "Size", "text")
    people.hands.edit(bob, {"merge_fields": {"SIZE": "L"}})
    with closing(people.connector()) as other:
        second = reading(other, people.container, first)
    assert second.contacts[bob].get("custom:Size") == "L"
    assert (sorted(second.received), second.complete) == (sorted([ann, bob]), True)


def test_groups_and_tags_with_other_names_are_read_in_full(people, connector):
    ann = people.add(
        somebody("Ann", segments=frozenset({Segment("tag", "A"), Segment("group", "G")}))
    )
    connector.catalogue(people.container)
    first = reading(connector, people.container)
    people.clock.tick(7200)
    people.hands.rename_tag("A", "B")
    second = asked_for(people, first)
    assert Segment("tag", "B") in second.contacts[ann].segments
    people.hands.rename_interest(people.interest("G"), "H")
    third = asked_for(people, second)
    assert third.contacts[ann].segments == {Segment("tag", "B"), Segment("group", "H")}
    people.hands.remove_tag("B")
    fourth = asked_for(people, third)
    assert fourth.contacts[ann].segments == {Segment("group", "H")}


def test_new_tag_costs_no_full_reading(people, connector):
    crowd(people, 2)
    connector.catalogue(people.container)
    first = reading(connector, people.container)
    people.hands.add_tag("New")
    second = asked_for(people, first)
    assert (second.received, second.complete) == ({}, False)


# --- Single members -----------------------------------------------------------------------


def test_all_tags_are_read_where_a_member_has_more_than_it_shows(people, connector):
    tags = frozenset(Segment("tag", f"T{n:02}") for n in range(60))
    ann = people.add(somebody("Ann", segments=tags))
    first = reading(connector, people.container)
    assert first.contacts[ann].segments == tags
    (one,) = connector.read(people.container, [ann])
    assert isinstance(one, Received) and one.version == first.received[ann].version
    people.calls  # noqa: B018
    assert reading(connector, people.container, first).received == {}
    assert people.calls == QUIET
    people.untag(ann, Segment("tag", "T59"))
    second = reading(connector, people.container, first)
    assert second.contacts[ann].segments == tags - {Segment("tag", "T59")}


def test_vanished_audience_is_no_deletion_of_everybody(people, connector):
    ann = people.add(somebody("Ann"))
    first = reading(connector, people.container)
    people.at_mailchimp.delete_audience(people.container)
    for call in (
        lambda: reading(connector, people.container),
        lambda: reading(connector, people.container, first),
        lambda: connector.read(people.container, [ann]),
        lambda: connector.catalogue(people.container),
    ):
        with pytest.raises(AskStaff, match="no longer in Mailchimp"):
            call()


def test_reading_many_members_keeps_their_order(people, odd):
    ids = crowd(people, 20)
    people.delete(ids[3])
    with closing(people.connector(MAILCHIMP_CONNECTIONS="3")) as connector:
        found = connector.read(people.container, list(reversed(ids)))
    assert [isinstance(item, Gone) for item in found] == [n == 16 for n in range(20)]
    assert [item.id for item in found if isinstance(item, Received)] == [
        id for id in reversed(ids) if id != ids[3]
    ]
    assert odd.most <= 3


def test_no_reading_needs_more_than_one_page_of_the_archive_each_time(people, connector):
    for id in crowd(people, 3):
        people.archive(id)
    first = reading(connector, people.container)
    assert all(contact.deleted for contact in first.contacts.values())
    people.clock.tick(3600)
    people.calls  # noqa: B018
    second = reading(connector, people.container, first)
    assert (second.received, people.calls) == ({}, QUIET)


def test_cursor_of_another_kind_is_a_full_reading(people, connector):
    ann = people.add(somebody("Ann"))
    for cursor in ("{}", "[]", "5", "null", '{"since": 1}', "x", Odd.__doc__ or ""):
        found = reading(connector, people.container, cursor)
        assert (list(found.received), found.complete) == ([ann], True)
