"""Updates and deletes: what they cost, what they leave alone, and what they notice."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any

import pytest

from connectors.connector import Delete, Update, Written
from connectors.contact import Address, Contact, Entry, Segment, entries
from connectors.contactually.connector import Contactually
from connectors.errors import AskStaff, Changed, Gone, Refused, TryAgain, Unanswered
from tests.connectors.contactually.partner import App
from tests.connectors.contactually.scripted import Scripted, Told, one, page, record

BOX = "contacts"
GET, PATCH, PUT = "GET /contacts/{id}", "PATCH /contacts/{id}", "PUT /contacts/{id}/buckets"
TWO = (Entry("ann@work.example", "work"), Entry("ann@home.example", "home"))


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


def _add(app: App, fields: Any = None, *segments: Segment) -> str:
    return app.add(Contact(fields or {"first_name": "Ann", "emails": TWO}, frozenset(segments)))


def _update(connector: Contactually, id: str, fields: Any = None, **segments: Any) -> Update:
    """Planned on the contact as it is now."""
    (held,) = connector.read(BOX, [id])
    kinds = {name: frozenset(value) for name, value in segments.items()}
    return Update(id, held.version, held.raw, fields or {}, **kinds)


def _write(connector: Contactually, write: Any) -> Any:
    (result,) = connector.write(BOX, [write])
    return result


TAG, BUCKET = Segment("tag", "VIP"), Segment("bucket", "Clients")


# --- What they cost -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "calls"),
    [
        ({"fields": {"first_name": "Eva"}}, [GET, PATCH]),
        ({"fields": {"first_name": "Eva"}, "add": {TAG}}, [GET, PATCH]),
        ({"add": {BUCKET}}, [GET, "GET /buckets", PUT]),
        ({"remove": {Segment("bucket", "OLD")}}, [GET, PUT]),
        ({"fields": {"first_name": "Eva"}, "add": {BUCKET}}, [GET, "GET /buckets", PATCH, PUT]),
        ({"fields": {"first_name": "Ann"}}, [GET]),
        ({"remove": {TAG, BUCKET}}, [GET]),
        ({"add": {Segment("bucket", "old")}}, [GET]),
    ],
)
def test_a_write_is_a_look_and_what_it_changes(app, connector, change, calls):
    ann = _add(app, None, Segment("bucket", "Old"))
    app.hands.add_bucket("Clients")
    write = _update(connector, ann, **change)
    app.calls()
    result = _write(connector, write)
    assert isinstance(result, Written)
    assert app.calls() == calls
    (shown,) = connector.read(BOX, [ann])
    assert result.received.contact == shown.contact
    assert result.received.version == shown.version


# --- What they leave alone ----------------------------------------------------------------


def test_foreign_members_and_ids_survive(app, connector):
    field = app.hands.define_field("Colour")
    other = app.hands.define_field("Size", "decimal")
    ann = app.hands.add(
        {
            "first_name": "Ann",
            "avatar_url": "https://x.example/a.png",
            "email_addresses": [{"label": "WORK", "address": "ann@work.example"}],
            "social_media_profiles": [{"label": "LinkedIn", "url": "https://l.example/ann"}],
            "custom_fields": [
                {"field": {"id": field}, "value": "blue"},
                {"field": {"id": other}, "value": 5},
            ],
        }
    )
    before = app.hands.get(ann)
    emails = (Entry("ann@new.example", "home"), Entry("ann@work.example", "work"))
    changes = {"emails": emails, "custom:Colour": "red"}
    _write(connector, _update(connector, ann, changes))
    after = app.hands.get(ann)
    new, kept = after["email_addresses"]
    assert kept == before["email_addresses"][0]
    assert (new["label"], new["address"]) == ("Home", "ann@new.example")
    assert [item["value"] for item in after["custom_fields"]] == ["red", 5]
    for name in before.keys() - {"email_addresses", "custom_fields", "updated_at"}:
        assert after[name] == before[name]


@pytest.mark.parametrize("values", ["typed", "text"])
@pytest.mark.parametrize(
    ("type_", "held", "new", "stored"),
    [
        ("textfield", "blue", "red", "red"),
        ("textarea", "a", "two\nlines", "two\nlines"),
        ("dropdown", "Small", "Large", "Large"),
        ("boolean", True, "false", False),
        ("date", "2020-02-29", "2026-11-23", "2026-11-23"),
        ("decimal", 5, "12.5", 12.5),
    ],
)
def test_custom_fields_of_every_type(app, connector, type_, held, new, stored, values):
    """``values``: the app may hold texts only; then texts are sent."""
    app.be(values=values)
    field = app.hands.define_field("Own", type_, ("Small", "Large") if type_ == "dropdown" else ())
    filled = app.hands.add({"custom_fields": [{"field": {"id": field}, "value": held}]})
    bare = app.hands.add({"first_name": "Bob"})
    for id in (filled, bare):
        result = _write(connector, _update(connector, id, {"custom:Own": new}))
        assert result.received.contact.fields["custom:Own"] == new
        assert app.hands.get(id)["custom_fields"] == [{"field": {"id": field}, "value": stored}]
    result = _write(connector, _update(connector, filled, {"custom:Own": ""}))
    assert "custom:Own" not in result.received.contact.fields
    assert app.hands.get(filled)["custom_fields"] == []


def test_an_address_of_one_line_comes_back_as_it_was_written(app, connector):
    line = "Korenmarkt 1, 9000 Ghent"
    ann = app.hands.add({"addresses": [{"label": "Home", "full_address": line}]})
    edited = (Entry(Address("Veldstraat 2, 9000 Ghent"), "home"),)
    result = _write(connector, _update(connector, ann, {"addresses": edited}))
    assert result.received.contact.fields["addresses"] == edited
    (kept,) = app.hands.get(ann)["addresses"]
    assert (kept["full_address"], kept["street_1"]) == ("Veldstraat 2, 9000 Ghent", None)


# --- What they give way to ----------------------------------------------------------------


@pytest.mark.parametrize("way", ["fields", "tag", "bucket"])
def test_a_change_within_the_same_second_is_noticed(app, connector, way):
    app.be(tags_touch=False, buckets_touch=False)
    ann = _add(app)
    write = _update(connector, ann, {"emails": entries(["new@x.example"])})
    if way == "fields":
        app.edit(ann, {"company": "Theirs"})
    else:
        app.tag(ann, {"tag": TAG, "bucket": BUCKET}[way])
    before = app.hands.get(ann)
    assert isinstance(_write(connector, write), Changed)
    assert app.hands.get(ann) == before


def test_what_moves_by_itself_is_no_change(app, connector):
    ann = _add(app)
    write = _update(connector, ann, {"company": "Ours"})
    app.be(timestamps="spaced", idle_writes_touch=True)
    app.clock.sleep(3600)
    app.edit(ann, {})
    assert isinstance(_write(connector, write), Written)


@pytest.mark.parametrize("write", ["update", "delete"])
@pytest.mark.parametrize("way", ["archive", "delete"])
def test_what_left_is_not_written(app, connector, way, write):
    ann = _add(app)
    change = _update(connector, ann, {"company": "Ours"})
    getattr(app, way)(ann)
    app.calls()
    wanted = change if write == "update" else Delete(ann, change.version)
    assert isinstance(_write(connector, wanted), Gone)
    assert app.calls() == [GET]


def test_an_archived_contact_that_is_still_shown_is_not_written(app, connector):
    app.be(hides_archived=False, tells_archived=True)
    ann = _add(app)
    app.archive(ann)
    assert isinstance(_write(connector, _update(connector, ann, {"company": "X"})), Gone)


def test_who_leaves_between_the_look_and_the_write_is_gone():
    service = Scripted(
        lambda asked: (
            one(record())
            if asked.method == "GET"
            else Told({"errors": ["Contact could not be found"]}, 404)
        )
    )
    write = _update(service.connector(), "contact_31", {"company": "X"})
    assert isinstance(_write(service.connector(), write), Gone)


# --- What they notice ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"fields": {"emails": TWO[:1]}}, "E-mail addresses"),
        ({"fields": {"emails": (), "phones": ()}}, "E-mail addresses, Phone numbers"),
        ({"remove": {TAG}}, "Tags"),
    ],
)
def test_what_a_merging_server_keeps_is_reported(app, connector, change, named):
    phones = entries(["+32 9 123 45 67"])
    ann = _add(app, {"first_name": "Ann", "emails": TWO, "phones": phones}, TAG)
    app.be(lists="merge")
    app.calls()
    result = _write(connector, _update(connector, ann, **change))
    assert isinstance(result, Refused)
    assert f"to be taken away: {named}." in str(result)
    assert app.calls() == [GET, GET, PATCH]
    assert len(app.hands.get(ann)["email_addresses"]) == 2


def test_what_a_merging_server_takes_in_is_written(app, connector):
    app.be(lists="merge")
    ann = _add(app, None, TAG)
    emails = (*TWO, Entry("ann@new.example", "other"))
    change = _update(connector, ann, {"emails": emails}, add={Segment("tag", "New")})
    result = _write(connector, change)
    assert result.received.contact.fields["emails"] == emails
    assert result.received.contact.segments == {TAG, Segment("tag", "New")}


def test_an_edit_of_an_element_is_one_also_where_the_server_merges(app, connector):
    """By its id."""
    app.be(lists="merge")
    ann = _add(app)
    emails = (Entry("ann.smith@work.example", "work"), TWO[1])
    result = _write(connector, _update(connector, ann, {"emails": emails}))
    assert result.received.contact.fields["emails"] == emails


@pytest.mark.parametrize(
    ("quirk", "field", "sent", "shown"),
    [
        ({"longest": 5}, "company", "Long name", "Long "),
        ({"trims": True}, "company", "A  B ", "A B"),
        ({"lowers_emails": True}, "emails", entries(["A@X.example"]), entries(["a@x.example"])),
    ],
)
def test_what_the_app_makes_of_a_value_is_what_the_answer_shows(
    app, connector, quirk, field, sent, shown
):
    app.be(**quirk)
    ann = _add(app)
    result = _write(connector, _update(connector, ann, {field: sent}))
    assert result.received.contact.fields[field] == shown


def test_a_value_that_is_lost_silently_shows_as_not_there():
    service = Scripted(lambda asked: one(record()))
    connector = service.connector()
    change = _update(connector, "contact_31", {"phones": entries(["+32 9 123 45 67"])})
    result = _write(connector, change)
    assert isinstance(result, Written)
    assert "phones" not in result.received.contact.fields


def test_an_answer_that_does_not_show_the_contact_is_followed_by_a_look():
    service = Scripted(lambda asked: one(record() if asked.method == "GET" else None))
    connector = service.connector()
    result = _write(connector, _update(connector, "contact_31", {"company": "X"}))
    assert result.received == connector.read(BOX, ["contact_31"])[0]
    assert [asked.method for asked in service.asked] == ["GET", "GET", "PATCH", "GET", "GET"]


def test_a_change_that_was_made_and_cannot_be_looked_at_is_in_doubt():
    def answer(asked):
        written = any(before.method == "PATCH" for before in service.asked)
        return Told("", 503) if written and asked.method == "GET" else one(
            record() if asked.method == "GET" else None
        )  # fmt: skip

    service = Scripted(answer)
    connector = service.connector()
    result = _write(connector, _update(connector, "contact_31", {"company": "X"}))
    assert isinstance(result, Unanswered)


def test_a_contact_that_cannot_be_understood_is_not_written():
    service = Scripted(lambda asked: one(record(tags="none")))
    connector = service.connector()
    result = _write(connector, _update(connector, "contact_31", {"company": "X"}))
    assert isinstance(result, Refused) and "tags" in str(result)
    assert {asked.method for asked in service.asked} == {"GET"}


# --- Buckets ------------------------------------------------------------------------------


def test_buckets_are_set_to_those_of_a_moment_ago_and_ours(app, connector):
    ann = _add(app, None, BUCKET, Segment("bucket", "Old"))
    change = _update(connector, ann, add={Segment("bucket", "New")}, remove={BUCKET})
    result = _write(connector, change)
    names = {app.hands.buckets()[id] for id in app.hands.get(ann)["bucket_ids"]}
    assert names == {"Old", "New"}
    assert {segment.name for segment in result.received.contact.segments} == names


def test_buckets_are_left_where_no_bucket_is_meant(app, connector):
    ann = _add(app, None, BUCKET)
    app.calls()
    _write(connector, _update(connector, ann, {"company": "X"}, add={TAG}))
    assert app.calls() == [GET, GET, PATCH]


def test_an_answer_that_does_not_list_the_buckets_is_followed_by_a_look():
    clients = {"id": "bucket_12", "name": "Clients"}
    service = Scripted(
        lambda asked: (
            page([{"id": "bucket_3", "name": "New"}, clients], total=2)
            if asked.path == "/buckets"
            else Told({})
            if asked.method == "PUT"
            else one(record())
        )
    )
    connector = service.connector()
    change = _update(connector, "contact_31", add={Segment("bucket", "New")})
    assert isinstance(_write(connector, change), Written)
    assert [asked.method for asked in service.asked[-2:]] == ["PUT", "GET"]


# --- What goes wrong ----------------------------------------------------------------------


@contextmanager
def _failing(app: App, **order: Any) -> Any:
    app.fail(**order)
    yield
    app.service.faults.clear()


@pytest.mark.parametrize("what", ["lost", "broken"])
def test_a_lost_answer_to_a_change_is_in_doubt(app, connector, what):
    ann = _add(app)
    with _failing(app, what=what, method="PATCH", status=200):
        assert isinstance(_write(connector, _update(connector, ann, {"company": "X"})), Unanswered)
    assert app.hands.get(ann)["company"] == "X"


@pytest.mark.parametrize("what", ["lost", "broken"])
def test_a_lost_answer_to_setting_buckets_is_asked_for_again(app, connector, what):
    ann = _add(app)
    with _failing(app, what=what, method="PUT", status=502):
        result = _write(connector, _update(connector, ann, add={BUCKET}))
    assert result.received.contact.segments == {BUCKET}


def test_buckets_that_cannot_be_set_leave_no_doubt_about_the_rest(app, connector):
    ann = _add(app)
    with _failing(app, what="lost", method="PUT", times=-1):
        result = _write(connector, _update(connector, ann, {"company": "X"}, add={BUCKET}))
    assert isinstance(result, TryAgain) and not isinstance(result, Unanswered)
    # Planned again, the rest is there already, and the bucket is still to come.
    again = _write(connector, _update(connector, ann, {"company": "X"}, add={BUCKET}))
    assert again.received.contact.segments == {BUCKET}


@pytest.mark.parametrize("what", ["lost", "broken", "dropped"])
def test_a_lost_answer_to_a_delete_is_in_doubt(app, connector, what):
    ann = _add(app)
    change = _update(connector, ann)
    with _failing(app, what=what, method="DELETE", status=200):
        assert isinstance(_write(connector, Delete(ann, change.version)), Unanswered)
    assert (app.hands.get(ann) is None) == (what != "dropped")


@pytest.mark.parametrize("what", ["lost", "broken", "dropped"])
def test_a_lost_look_is_repeated_and_leaves_nothing_in_doubt(app, connector, what):
    ann = _add(app)
    write = _update(connector, ann, {"company": "X"})
    with _failing(app, what=what, method="GET", status=502):
        assert isinstance(_write(connector, write), Written)
    write = _update(connector, ann, {"company": "Y"})
    with _failing(app, what=what, method="GET", status=502, times=-1):
        result = _write(connector, write)
    assert isinstance(result, TryAgain) and not isinstance(result, Unanswered)
    assert app.hands.get(ann)["company"] == "X"


def test_one_that_belongs_to_a_colleague_does_not_stop_the_others():
    service = Scripted(
        lambda asked: (
            one(record(asked.path.rpartition("/")[2]))
            if asked.method == "GET" or asked.path.endswith("_2")
            else Told({"errors": ["You are not allowed to do that"]}, 403)
        )
    )
    connector = service.connector()
    writes = [_update(connector, f"contact_{n}", {"company": "X"}) for n in (1, 2)]
    refused, written = connector.write(BOX, writes)
    assert isinstance(refused, Refused) and "colleague" in str(refused)
    assert not isinstance(refused, AskStaff)
    assert isinstance(written, Written)


def test_every_write_of_a_batch_has_its_own_result_in_order(app, connector):
    ids = [_add(app, {"first_name": f"N{n}"}) for n in range(8)]
    writes = [_update(connector, id, {"company": f"C{n}"}) for n, id in enumerate(ids)]
    app.delete(ids[2])
    app.edit(ids[5], {"company": "Theirs"})
    results = connector.write(BOX, writes)
    kinds = [type(result).__name__ for result in results]
    assert kinds == [
        "Written",
        "Written",
        "Gone",
        "Written",
        "Written",
        "Changed",
        *["Written"] * 2,
    ]
    assert [result.id for result in results if isinstance(result, Written)] == [
        id for n, id in enumerate(ids) if n not in (2, 5)
    ]
