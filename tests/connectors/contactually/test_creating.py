"""Creates: what they cost, and the contact that was there before."""

from __future__ import annotations

import pytest

from connectors.connector import Create, Written
from connectors.contact import Contact, Entry, Segment, entries
from connectors.errors import AskStaff, Refused, TryAgain, Unanswered
from tests.connectors.conformance import marker, reading
from tests.connectors.contactually.partner import App
from tests.connectors.contactually.scripted import Scripted, Told, one, page, record

BOX = "contacts"
ANN = {
    "first_name": "Ann",
    "last_name": "Smith",
    "emails": entries(["ann@x.example"], "work"),
    "phones": entries(["+32 9 123 45 67"], "mobile"),
}
OLD = {"created_at": "2020-01-01T00:00:00Z"}


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


def _create(connector, fields=ANN, *segments):
    (result,) = connector.write(BOX, [Create(marker(), fields, frozenset(segments))])
    return result


def _held(app, **members):
    """Somebody with Ann's address, made years ago."""
    address = [{"label": "Work", "address": "Ann@X.example"}]
    return app.hands.add({"email_addresses": address, **OLD, **members})


# --- What they cost -----------------------------------------------------------------------


def test_a_create_is_one_request(app, connector):
    result = _create(connector, ANN, Segment("tag", "Never seen"))
    assert (result.adopted, result.received.contact.fields) == (False, ANN)
    assert app.calls() == ["POST /contacts"]


def test_a_thousand_creates_are_a_thousand_requests(app, connector):
    batch = connector.capabilities.batch
    for start in range(0, 1000, batch):
        writes = [
            Create(marker(), {"emails": entries([f"n{n}@x.example"])})
            for n in range(start, start + batch)
        ]
        assert all(isinstance(result, Written) for result in connector.write(BOX, writes))
    assert app.calls() == ["POST /contacts"] * 1000
    assert len(app.hands.all()) == connector.requests == 1000
    assert not any(call.status == 429 for call in app.sandbox.calls)


def test_buckets_cost_one_look_at_their_list_for_all_creates(app, connector):
    app.hands.add_bucket("Clients")
    for n in range(3):
        made = _create(connector, {"first_name": f"N{n}"}, Segment("bucket", "clients"))
        assert made.received.contact.segments == {Segment("bucket", "Clients")}
    assert app.calls() == ["GET /buckets", *["POST /contacts"] * 3]


def test_buckets_that_a_create_does_not_take_are_set_after_it():
    """``bucket_ids`` is known of production code only."""
    bare = record("contact_1", extra_data={"buckets": []})
    clients = {"id": "bucket_12", "name": "Clients"}
    service = Scripted(
        lambda asked: (
            page([clients], total=1)
            if asked.path == "/buckets"
            else one([clients] if asked.method == "PUT" else bare)
        )
    )
    made = _create(service.connector(), {"first_name": "Ada"}, Segment("bucket", "Clients"))
    assert made.received.contact.segments == {
        Segment("tag", "Newsletter"),
        Segment("bucket", "Clients"),
    }
    *_, post, put = service.asked
    assert (post.path, post.body["bucket_ids"]) == ("/contacts", ["bucket_12"])
    assert (put.path, put.body) == ("/contacts/contact_1/buckets", [{"id": "bucket_12"}])


def test_a_bucket_that_is_not_there_is_made_once(app, connector):
    writes = [
        Create(marker(), {"first_name": f"N{n}"}, frozenset({Segment("bucket", "New one")}))
        for n in range(8)
    ]
    assert all(isinstance(result, Written) for result in connector.write(BOX, writes))
    assert list(app.hands.buckets().values()) == ["New one"]
    calls = app.calls()
    assert (calls.count("GET /buckets"), calls.count("POST /buckets")) == (1, 1)


def test_two_buckets_of_one_name_are_refused():
    twins = [{"id": "bucket_1", "name": "Clients"}, {"id": "bucket_2", "name": "clients "}]
    service = Scripted(lambda asked: page(twins, total=2))
    result = _create(service.connector(), ANN, Segment("bucket", "CLIENTS"))
    assert isinstance(result, Refused) and "2 buckets of one name" in str(result)
    assert [asked.method for asked in service.asked] == ["GET"]


@pytest.mark.parametrize("unknown", ["refuse", "ignore", "create"])
def test_tags_that_the_app_does_not_know_are_made_where_it_wants_that(app, connector, unknown):
    app.be(unknown_tags=unknown)
    new = Segment("tag", "New")
    for n in range(2):
        made = _create(connector, {"first_name": f"N{n}"}, new)
        assert made.received.contact.segments == {new}
    extra = {
        "create": [],
        "refuse": ["GET /tags", "POST /tags", "POST /contacts"],
        "ignore": ["GET /tags", "POST /tags", "PATCH /contacts/{id}"],
    }[unknown]
    assert app.calls() == ["POST /contacts", *extra, "POST /contacts"]
    assert len(app.hands.all()) == 2


# --- The contact that was there before ----------------------------------------------------


def test_a_try_whose_answer_was_lost_is_found_again(app, connector):
    app.fail("lost", method="POST")
    assert isinstance(_create(connector), Unanswered)
    app.clock.sleep(900)
    app.calls()
    again = _create(connector)
    assert (again.adopted, again.received.contact.fields) == (True, ANN)
    assert app.calls() == ["POST /contacts", "GET /contacts/{id}"]
    assert len(app.hands.all()) == 1


@pytest.mark.parametrize("status", [200, 201])
def test_somebody_else_with_the_address_is_neither_changed_nor_taken_for_ours(
    app, connector, status
):
    app.be(created_status=status)
    old = _held(app, first_name="Anna", tags=["Old"])
    before = app.hands.get(old)
    result = _create(connector, ANN, Segment("tag", "New"), Segment("bucket", "Clients"))
    assert isinstance(result, Refused)
    assert "paired as soon as that one is read" in str(result)
    assert app.hands.get(old) == before
    assert list(app.hands.all()) == [old]
    assert "PATCH /contacts/{id}" not in app.calls()


@pytest.mark.parametrize(
    ("members", "adopted"),
    [
        ({}, True),
        ({"title": "Boss"}, True),
        ({"last_name": "Smyth"}, False),
        ({"phone_numbers": []}, False),
        ({"phone_numbers": [{"label": "Old", "number": "0032 9 123.45.67"}]}, True),
    ],
)
def test_who_shows_all_that_was_sent_is_ours(app, connector, members, adopted):
    whole = {
        "first_name": "Ann",
        "last_name": "Smith",
        "phone_numbers": [{"label": "Mobile", "number": "+32 9 123 45 67"}],
    }
    old = _held(app, **{**whole, **members})
    result = _create(connector)
    assert isinstance(result, Written if adopted else Refused)
    if adopted:
        assert (result.id, result.adopted) == (old, True)
        assert result.received == connector.read(BOX, [old])[0]


def test_an_old_contact_whose_tags_are_not_those_sent_is_not_ours(app, connector):
    _held(app, **{"first_name": "Ann", "tags": ["One"]})
    fields = {"first_name": "Ann", "emails": ANN["emails"]}
    assert _create(connector, fields, Segment("tag", "ONE")).adopted
    assert isinstance(_create(connector, fields, Segment("tag", "Two")), Refused)


@pytest.mark.parametrize("tells", [True, False])
def test_an_archived_contact_is_not_revived(app, connector, tells):
    app.be(tells_archived=tells)
    old = _held(app, first_name="Ann")
    app.archive(old)
    result = _create(connector)
    assert isinstance(result, Refused) and "archive" in str(result)
    assert app.hands.get(old)["archived_at"]
    assert app.hands.all() == {}


def test_a_contact_of_a_moment_ago_with_other_addresses_is_not_ours(app, connector):
    """Clocks may differ, so what is a few minutes old may be new."""
    addresses = [{"label": None, "address": x} for x in ("ann@x.example", "other@x.example")]
    app.hands.add({"first_name": "Ann", "email_addresses": addresses})
    assert isinstance(_create(connector), Refused)


def test_without_an_address_nothing_is_taken_for_old(app, connector):
    """However our clock goes: who has no address is always made."""
    app.clock.sleep(0)
    service = Scripted(lambda asked: one(record("contact_1", email_addresses=[])))
    result = _create(service.connector(), {"first_name": "Ada"})
    assert (type(result), result.adopted) == (Written, False)


@pytest.mark.parametrize(
    ("date", "is_new"),
    [("Fri, 02 Feb 2018 03:05:00 GMT", True), ("Mon, 23 Nov 2026 09:00:00 GMT", False),
     ("never", False), ("", False)],
)  # fmt: skip
def test_the_server_s_own_clock_counts_where_it_tells(date, is_new):
    told = record("contact_1", created_at="2018-02-02T03:04:05Z")
    told["email_addresses"] = [{"id": "i", "label": "Work", "address": "ada@example.org"}]
    service = Scripted(lambda asked: Told({"data": told}, headers={"Date": date}))
    result = _create(service.connector(), {"emails": (Entry("ada@example.org", "work"),)})
    assert result.adopted != is_new


# --- What goes wrong ----------------------------------------------------------------------


@pytest.mark.parametrize("what", ["lost", "broken"])
def test_a_lost_answer_is_in_doubt_for_its_own_create_alone(app, connector, what):
    writes = [Create(marker(), {"first_name": f"N{n}"}) for n in range(8)]
    app.fail(what, method="POST", path="/contacts", status=200)
    results = connector.write(BOX, writes)
    assert sorted(type(result).__name__ for result in results) == ["Unanswered"] + ["Written"] * 7
    assert len(app.hands.all()) == 8


def test_a_create_that_never_went_out_is_tried_again_by_nobody_here(app, connector):
    app.fail("dropped", method="POST")
    assert isinstance(_create(connector), Unanswered)
    assert app.hands.all() == {}


@pytest.mark.parametrize("body", ["", {"data": None}, {"data": {}}, {"data": {"id": "contact_1"}}])
def test_an_answer_that_does_not_show_what_was_made_leaves_it_in_doubt(body):
    assert isinstance(_create(Scripted(lambda asked: Told(body)).connector()), Unanswered)


@pytest.mark.parametrize("path", ["/buckets", "/tags", "/custom-fields"])
def test_what_fails_after_the_contact_was_made_never_makes_it_twice(app, connector, path):
    """It is made: what is missing of it shows."""
    app.be(unknown_tags="ignore")
    field = app.hands.define_field("Colour")
    connector.catalogue(BOX)
    app.fail("status", status=500, method="POST", path=path, times=-1)
    app.fail("status", status=500, method="PUT", path=path, times=-1)
    fields = {"first_name": "Ann", "custom:Colour": "blue"}
    result = _create(connector, fields, Segment("tag", "New"))
    assert isinstance(result, Written)
    assert len(app.hands.all()) == 1
    assert app.hands.get(result.id)["custom_fields"] == [{"field": {"id": field}, "value": "blue"}]


def test_a_bucket_that_cannot_be_made_stops_the_create_before_it(app, connector):
    app.fail("status", status=500, method="POST", path="/buckets", times=-1)
    result = _create(connector, ANN, Segment("bucket", "New"))
    assert isinstance(result, TryAgain) and not isinstance(result, Unanswered)
    assert app.hands.all() == {}
    app.service.faults.clear()
    assert isinstance(_create(connector, ANN, Segment("bucket", "New")), Written)


def test_a_bucket_whose_making_was_not_answered_is_found(app, connector):
    app.fail("lost", method="POST", path="/buckets")
    assert isinstance(_create(connector, ANN, Segment("bucket", "New")), TryAgain)
    assert isinstance(_create(connector, ANN, Segment("bucket", "New")), Written)
    assert list(app.hands.buckets().values()) == ["New"]


def test_what_the_app_refuses_is_told_without_anybody_s_data(app, connector):
    result = _create(connector, {"first_name": "Ann", "emails": entries(["no address"])})
    assert isinstance(result, Refused)
    assert "422: Email addresses address is invalid" in str(result)
    assert reading(connector, BOX).received == {}


def test_a_create_that_is_not_found_is_no_contact_that_is_gone():
    """A bucket may have gone since they were listed."""
    service = Scripted(lambda asked: Told({"errors": ["Bucket could not be found"]}, 404))
    result = _create(service.connector())
    assert isinstance(result, Refused) and "404: Bucket could not be found" in str(result)


def test_who_may_not_add_contacts_is_told_so():
    service = Scripted(lambda asked: Told({"errors": ["You are not allowed to do that"]}, 403))
    result = _create(service.connector())
    assert isinstance(result, AskStaff) and "all:manage" in str(result)


def test_a_created_contact_is_not_news_to_the_next_reading(app, connector):
    first = reading(connector, BOX)
    made = _create(connector)
    first.versions[made.id] = made.received.version
    second = reading(connector, BOX, first)
    assert (second.received, second.present) == ({}, [made.id])
    assert made.received.contact == Contact(
        ANN, created=app.hands.get(made.id)["created_at"].replace("Z", "+00:00")
    )
