"""What a reading asks, what it believes, and what it concludes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.contact import Contact, Segment
from connectors.errors import AskStaff, Gone, TryAgain
from tests.connectors.conformance import Reading, reading
from tests.connectors.contactually.partner import DAY, App
from tests.connectors.contactually.scripted import Scripted, Told, one, page, record

BOX = "contacts"
LIST, ONE = "GET /contacts", "GET /contacts/{id}"


@pytest.fixture
def app(tmp_path):
    app = App(tmp_path)
    yield app
    app.sandbox.close()


@pytest.fixture
def connector(app):
    connector = app.connector()
    yield connector
    connector.close()


def _somebody(app: App, *names: str) -> list[str]:
    return [app.add(Contact({"first_name": name})) for name in names]


# --- What it costs ------------------------------------------------------------------------


def test_a_reading_without_changes_is_one_request(app, connector):
    _somebody(app, *(f"N{n}" for n in range(30)))
    first = reading(connector, BOX)
    app.calls()
    for _ in range(3):
        app.clock.sleep(300)
        first = reading(connector, BOX, first)
        assert (first.received, app.calls()) == ({}, [LIST])


def test_it_is_one_request_also_soon_after_very_many_were_made_at_once(app, connector):
    _somebody(app, *(f"N{n}" for n in range(220)))
    since = reading(connector, BOX)
    costs = []
    for _ in range(4):
        app.clock.sleep(301)
        app.calls()
        since = reading(connector, BOX, since)
        costs.append(len(app.calls()))
    # Once they are listed again, in five pages; then the time of their making is behind us.
    assert costs == [5, 1, 1, 1]


def test_custom_fields_are_asked_for_once_and_only_where_somebody_has_any(app, connector):
    field = app.hands.define_field("Colour")
    _somebody(app, "Ann")
    first = reading(connector, BOX)
    assert "GET /team/custom-fields" not in app.calls()
    value = [{"field": {"id": field}, "value": "blue"}]
    for name in ("Bob", "Eve"):
        app.hands.add({"first_name": name, "custom_fields": value})
    second = reading(connector, BOX, first)
    assert app.calls() == [LIST, "GET /team/custom-fields"]
    assert {c.get("custom:Colour") for c in second.contacts.values() if c} == {"blue"}


# --- Increments ---------------------------------------------------------------------------


@pytest.mark.parametrize("includes_bound", [True, False])
@pytest.mark.parametrize("lag", [0, 200])
def test_no_change_is_missed_however_late_the_list_shows_it(app, connector, lag, includes_bound):
    ids = _somebody(app, *(f"N{n}" for n in range(30)))
    app.clock.sleep(1000)
    since = reading(connector, BOX)
    app.be(lag=lag, includes_bound=includes_bound)
    seen = []
    for id in ids:
        app.edit(id, {"company": "Changed"})
        app.clock.sleep(100)
        since = reading(connector, BOX, since)
        seen += since.received
        assert not since.complete
    app.clock.sleep(lag)
    seen += reading(connector, BOX, since).received
    assert seen == ids


def test_what_comes_again_unchanged_is_only_named(app, connector):
    ann, bob = _somebody(app, "Ann", "Bob")
    first = reading(connector, BOX)
    app.edit(bob, {"first_name": "Bob"})
    second = reading(connector, BOX, first)
    assert (second.received, sorted(second.present)) == ({}, sorted([ann, bob]))


def test_a_change_while_a_long_listing_is_read_comes_with_the_next_reading(app, connector):
    """Pages take minutes; what was read early may change, and others after it."""
    ann, *others = _somebody(app, *(f"N{n}" for n in range(120)))
    app.clock.sleep(3600)
    pages = connector.changes(BOX, "", lambda ids: {})
    first = next(pages)
    app.edit(ann, {"company": "Changed"})
    app.clock.sleep(1800)
    app.edit(others[-1], {"company": "Later"})
    rest = list(pages)
    since = Reading(cursor=rest[-1].ending.cursor)
    since.versions = {item.id: item.version for p in [first, *rest] for item in p.received}
    app.clock.sleep(300)
    assert list(reading(connector, BOX, since).received) == [ann]


@pytest.mark.parametrize("order", ["created", "updated"])
@pytest.mark.parametrize("next_page", ["search", "list", "elsewhere"])
def test_pages_are_counted_and_no_link_is_followed(app, connector, order, next_page):
    app.be(order=order, next_page=next_page)
    ids = _somebody(app, *(f"N{n}" for n in range(101)))
    result = reading(connector, BOX)
    assert (sorted(result.received), result.complete) == (sorted(ids), True)
    assert app.calls() == [LIST] * 3


def test_changes_of_tags_and_buckets_that_leave_no_trace_come_with_the_sweep(app, connector):
    app.be(tags_touch=False, buckets_touch=False)
    (ann,) = _somebody(app, "Ann")
    first = reading(connector, BOX)
    for _ in range(2):  # until she is not listed again by herself
        app.clock.sleep(400)
        first = reading(connector, BOX, first)
    app.tag(ann, Segment("tag", "VIP"))
    app.tag(ann, Segment("bucket", "Clients"))
    second = reading(connector, BOX, first)
    assert second.received == {}
    app.clock.sleep(DAY)
    third = reading(connector, BOX, second)
    assert third.contacts[ann].segments == {Segment("tag", "VIP"), Segment("bucket", "Clients")}


# --- Sweeps -------------------------------------------------------------------------------


def test_a_sweep_is_made_once_a_day(app, connector):
    _somebody(app, "Ann")
    since = reading(connector, BOX)
    complete = []
    for _ in range(8):
        app.clock.sleep(6 * 3600)
        since = reading(connector, BOX, since)
        complete.append(since.complete)
    assert complete == [False, False, False, True] * 2


def test_who_is_missing_is_asked_for_by_id(app, connector):
    gone, archived, alive = _somebody(app, "Gone", "Archived", "Alive")
    first = reading(connector, BOX)
    app.delete(gone)
    app.archive(archived)
    app.wait()
    app.calls()
    second = reading(connector, BOX, first)
    assert app.calls() == [LIST, *[ONE] * 4]
    assert (second.gone, list(second.received), second.complete) == ([gone], [archived], True)
    assert second.contacts[archived].deleted
    assert alive in second.present


def test_those_of_whom_it_is_known_are_not_asked_for_again(app, connector):
    gone, archived, _ = _somebody(app, "Gone", "Archived", "Alive")
    since = reading(connector, BOX)
    app.delete(gone)
    app.archive(archived)
    app.wait()
    since = reading(connector, BOX, since)
    since.versions.pop(archived)  # a mirror holds no version of what is deleted
    app.wait()
    app.calls()
    assert (reading(connector, BOX, since).gone, app.calls()) == ([], [LIST])


def test_who_was_created_and_deleted_between_two_sweeps_is_missed_as_well(app, connector):
    _somebody(app, "Ann")
    first = reading(connector, BOX)
    (bob,) = _somebody(app, "Bob")
    second = reading(connector, BOX, first)
    assert list(second.received) == [bob]
    app.delete(bob)
    app.wait()
    assert reading(connector, BOX, second).gone == [bob]


def test_the_listing_that_moves_while_it_is_read_loses_nobody(app, connector):
    """One goes and one comes: the count is right, and yet somebody slipped between two pages."""
    ids = _somebody(app, *(f"N{n}" for n in range(100)))
    first = reading(connector, BOX)
    app.wait()
    pages = connector.changes(BOX, first.cursor, lambda ids: _of(first, ids))
    named = list(next(pages).present)
    app.delete(ids[0])
    _somebody(app, "New")
    rest = list(pages)
    named += [id for page in rest for id in page.present]
    assert rest[-1].ending.complete
    assert set(ids) <= set(named)


def _of(result: Reading, ids) -> dict[str, str]:
    return {id: version for id, version in result.versions.items() if id in ids}


@pytest.mark.parametrize("fault", ["status", "dropped", "broken", "lost"])
def test_a_sweep_that_fails_on_any_page_concludes_nothing(app, connector, fault):
    ids = _somebody(app, *(f"N{n}" for n in range(60)))
    first = reading(connector, BOX)
    app.delete(ids[0])
    app.wait()
    app.fail(fault, method="GET", path="/contacts", skip=1, times=9)
    with pytest.raises(TryAgain):
        reading(connector, BOX, first)
    app.service.faults.clear()
    assert reading(connector, BOX, first).gone == [ids[0]]


# --- Answers that no sane server gives ----------------------------------------------------


def _listing(*pages: Told) -> Scripted:
    """Answers by page, the last for all that follow; nobody is found by id."""
    return Scripted(
        lambda asked: (
            pages[min(asked.page, len(pages)) - 1]
            if asked.query.get("page")
            else Told({"errors": ["Contact could not be found"]}, 404)
        )
    )


CONTACTS = [record(f"contact_{n}") for n in range(1, 6)]


@pytest.mark.parametrize(
    ("pages", "asked", "complete"),
    [
        # The link is null or missing although there is more: the total knows better.
        ([page(CONTACTS[:3], total=5, next_page=None), page(CONTACTS[3:], total=5)], 2, True),
        ([page(CONTACTS[:3], total=5), page(CONTACTS[3:], total=5)], 2, True),
        # It is there although there is no more.
        ([page(CONTACTS, total=5, next_page="x"), page([], total=5, next_page="x")], 2, True),
        # There is no total: everything is read, and nothing is concluded.
        ([page(CONTACTS[:3], next_page="x"), page(CONTACTS[3:], next_page=None)], 2, False),
        ([page(CONTACTS), page([])], 1, False),
        ([page(CONTACTS, total="5")], 1, False),
        # The total is wrong for good: read twice, and nothing is concluded.
        ([page(CONTACTS, total=6), page([], total=6)], 4, False),
        ([page(CONTACTS, total=4)], 2, False),
        # A contact is shown twice, another not at all.
        ([page(CONTACTS[:3] + CONTACTS[:2], total=5), page([], total=5)], 4, False),
        # What has no id is nobody.
        ([page([*CONTACTS, None, {"ID": 5}, {"id": 5}, {"id": ""}], total=5)], 1, True),
        ([Told({"data": CONTACTS, "meta": None})], 1, False),
    ],
)
def test_the_end_of_a_list_is_found_and_its_count_compared(pages, asked, complete):
    service = _listing(*pages)
    result = reading(service.connector(), BOX)
    names = {item.get("id") for told in pages for item in told.body["data"] if item}
    assert set(result.received) == {id for id in names if isinstance(id, str) and id}
    assert (len(service.asked), result.complete) == (asked, complete)


def test_a_sweep_that_does_not_count_is_tried_again_in_an_hour():
    service = _listing(page(CONTACTS, total=6), page([], total=6))
    since = reading(service.connector(), BOX)
    for minutes, whole in ((30, False), (31, True)):
        service.clock.sleep(minutes * 60)
        service.asked.clear()
        since = reading(service.connector(), BOX, since)
        assert ("updated_at.after" not in service.asked[0].query) == whole


def test_a_list_that_goes_round_in_circles_is_reported():
    service = _listing(page(CONTACTS, total=99, next_page="x"))
    with pytest.raises(AskStaff, match="the same page again and again"):
        reading(service.connector(), BOX)
    assert len(service.asked) == 4


@pytest.mark.parametrize(
    "told",
    [
        Told(""),
        Told({}),
        Told([]),
        Told({"data": None}),
        Told({"data": {}, "meta": {"total": 0}}),
        Told("<html>Maintenance</html>"),
        Told({"errors": ["x"]}),
    ],
)
def test_what_is_no_list_is_never_taken_for_an_empty_one(told):
    with pytest.raises(TryAgain):
        reading(_listing(told).connector(), BOX)


def test_a_listing_that_shows_nobody_while_all_are_there_is_not_believed():
    contacts = {item["id"]: item for item in [record(f"contact_{n}") for n in range(1, 21)]}
    service = Scripted(lambda asked: page(list(contacts.values()), total=20))
    first = reading(service.connector(), BOX)
    service.clock.sleep(DAY + 60)
    service.asked.clear()

    def empty(asked):
        id = asked.path.rpartition("/")[2]
        return one(contacts[id]) if id in contacts else page([], total=0)

    service.answer = empty
    second = reading(service.connector(), BOX, first)
    assert (second.gone, second.complete) == ([], False)
    # A few are asked for, not all of them.
    assert len(service.asked) == 6


def test_who_is_alive_though_not_listed_stays():
    contacts = [record(f"contact_{n}") for n in (1, 2)]
    service = Scripted(lambda asked: page(contacts, total=2))
    first = reading(service.connector(), BOX)
    service.clock.sleep(DAY + 60)
    service.answer = lambda asked: (
        one(record("contact_1", first_name="Eva"))
        if asked.path == "/contacts/contact_1"
        else page(contacts[1:], total=1)
    )
    second = reading(service.connector(), BOX, first)
    assert (second.gone, second.complete) == ([], True)
    assert second.contacts["contact_1"].text("first_name") == "Eva"
    # And is missed again by the next sweep.
    service.clock.sleep(DAY + 60)
    service.asked.clear()
    third = reading(service.connector(), BOX, second)
    assert [asked.path for asked in service.asked] == ["/contacts", "/contacts/contact_1"]
    assert "contact_1" in third.present


def test_times_in_the_far_future_move_nothing():
    contacts = [record("contact_1"), record("contact_2", updated_at="2999-01-01T00:00:00Z")]
    service = Scripted(lambda asked: page(contacts, total=2))
    first = reading(service.connector(), BOX)
    reading(service.connector(), BOX, first)
    assert service.asked[-1].query["updated_at.after"] == ["2018-02-02T02:59:05"]


def test_without_any_time_everything_is_listed_each_time():
    service = Scripted(lambda asked: page([record(updated_at=None)], total=1))
    first = reading(service.connector(), BOX)
    second = reading(service.connector(), BOX, first)
    assert (second.present, second.complete) == (["contact_31"], True)
    assert "updated_at.after" not in service.asked[-1].query


@pytest.mark.parametrize("skew", [-20, -2, 0, 2, 26])
def test_the_mark_goes_by_the_server_s_clock_whatever_ours_shows(tmp_path, skew):
    """Hours by which our clock is ahead."""
    app = App(tmp_path)
    ours = replace(app.world, now=lambda: app.clock.now() + timedelta(hours=skew))
    app.world = ours
    (ann,) = _somebody(app, "Ann")
    app.clock.sleep(3600)
    since = reading(app.connector(), BOX)
    for number in range(5):
        app.clock.sleep(400)
        app.edit(ann, {"company": f"C{number}"})
        since = reading(app.connector(), BOX, since)
        assert since.contacts[ann].text("company") == f"C{number}"
        assert not since.complete
    app.sandbox.close()


# --- Single contacts ----------------------------------------------------------------------


def test_an_unintelligible_record_is_a_fault_of_its_own():
    contacts = [record("contact_1", email_addresses="none"), record("contact_2")]
    result = reading(Scripted(lambda asked: page(contacts, total=2)).connector(), BOX)
    assert result.contacts["contact_1"] is None
    assert "email_addresses" in result.received["contact_1"].fault
    assert result.contacts["contact_2"] is not None
    assert result.complete


def test_archived_is_told_also_where_records_say_so(tmp_path):
    app = App(tmp_path, tells_archived=True, hides_archived=False)
    (ann,) = _somebody(app, "Ann")
    connector = app.connector()
    app.archive(ann)
    (shown,) = connector.read(BOX, [ann])
    assert shown.contact.deleted
    assert app.calls() == [ONE]
    app.restore(ann)
    (shown,) = connector.read(BOX, [ann])
    assert not shown.contact.deleted
    app.sandbox.close()


def test_an_id_that_leads_to_another_contact_is_gone():
    service = Scripted(lambda asked: one(record("contact_9")))
    assert isinstance(service.connector().read(BOX, ["contact_5"])[0], Gone)


def test_odd_ids_stay_in_their_place_in_the_path():
    service = Scripted(lambda asked: Told({"errors": ["Not found"]}, 404))
    (answer,) = service.connector().read(BOX, ["../me?x=1#y/é"])
    assert isinstance(answer, Gone)
    assert all(asked.path.startswith("/contacts/") for asked in service.asked)
    assert [asked.query for asked in service.asked] == [{}, {"with_archived": ["true"]}]


def test_many_are_read_at_once_in_the_order_asked(app, connector):
    ids = _somebody(app, *(f"N{n}" for n in range(20)))
    app.delete(ids[7])
    answers = connector.read(BOX, ids[::-1])
    assert [getattr(answer, "id", "") for answer in answers] == [
        "" if id == ids[7] else id for id in ids[::-1]
    ]


def test_there_is_one_container(app, connector):
    for call in (
        lambda: connector.changes("others", "", lambda ids: {}),
        lambda: connector.read("others", ["contact_1"]),
        lambda: connector.write("others", []),
        lambda: connector.catalogue("others"),
    ):
        with pytest.raises(AskStaff, match="no such container"):
            call()
    assert app.calls() == []
