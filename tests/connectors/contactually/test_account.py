"""What concerns the account as a whole: who it is, what it offers, and what is wrong with it."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from connectors import registry
from connectors.connector import Create, Update, Written
from connectors.contact import Contact, Segment, entries
from connectors.contactually.connector import Contactually
from connectors.contactually.refusals import reason_of
from connectors.errors import AskStaff, Gone, Refused, SignInAgain, TryAgain
from connectors.fields import FieldType
from connectors.sandbox.faults import Fault
from connectors.sandbox.server import serving
from connectors.sandbox.web import Request
from tests.connectors.conformance import marker, reading
from tests.connectors.contactually.partner import App
from tests.connectors.contactually.scripted import Scripted, Told, one, page, record

BOX = "contacts"


@pytest.fixture
def app(tmp_path):
    app = App(tmp_path)
    yield app
    app.sandbox.close()


# --- Who and what it is -------------------------------------------------------------------


def test_the_account_is_known_by_the_user_s_id():
    me = {"id": "user_19", "first_name": "Ann", "last_name": None, "email": "ann@x.example"}
    who = Scripted(lambda asked: one(me)).connector().identity()
    assert (who.id, who.name) == ("user_19", "ann@x.example")
    who = Scripted(lambda asked: one({**me, "email": None})).connector().identity()
    assert (who.id, who.name) == ("user_19", "Ann")
    with pytest.raises(TryAgain):
        Scripted(lambda asked: one({"email": "ann@x.example"})).connector().identity()


def test_the_catalogue_names_what_there_is(app):
    app.hands.define_field("Size", "dropdown", ["Small", "Large"])
    app.hands.add_tag("VIP")
    for number in range(60):  # more than a page
        app.hands.add_bucket(f"B{number:02}")
    connector = app.connector()
    catalogue = connector.catalogue(BOX)
    assert [field.name for field in catalogue.fields] == [
        "first_name", "last_name", "emails", "phones", "addresses", "urls", "company",
        "job_title", "custom:Location", "custom:Size",
    ]  # fmt: skip
    assert catalogue.field("custom:Size").type == FieldType.CHOICE
    assert catalogue.field("custom:Size").options == ("Small", "Large")
    assert catalogue.segments == {
        "tag": ("VIP",),
        "bucket": tuple(f"B{number:02}" for number in range(60)),
    }
    assert (catalogue.registers, catalogue.statuses) == ({"tag", "bucket"}, ())
    assert catalogue.tells_deletions
    # What people add is there the next time, of the same connector too.
    app.hands.define_field("Colour")
    app.hands.add_tag("New")
    again = connector.catalogue(BOX)
    assert again.field("custom:Colour") is not None
    assert again.segments["tag"] == ("New", "VIP")


@pytest.mark.parametrize("status", [403, 404])
def test_who_may_not_see_the_team_s_fields_does_without_them(status):
    field = {"field": {"id": "custom_field_7", "name": "Colour"}, "value": "blue"}
    service = Scripted(
        lambda asked: (
            Told({"errors": ["no"]}, status)
            if asked.path == "/team/custom-fields"
            else page([record(custom_fields=[field])] if asked.path == "/contacts" else [], total=1)
        )
    )
    connector = service.connector()
    assert connector.catalogue(BOX).fields[-1].name == "custom:Location"
    (contact,) = reading(connector, BOX).contacts.values()
    assert contact.fields["custom:Colour"] == "blue"


def test_it_is_among_the_apps():
    assert registry.connector_class("contactually") is Contactually
    required = [item.name for item in Contactually.credentials if item.required]
    secret = {item.name for item in Contactually.credentials if item.secret}
    assert required == ["access_token"]
    assert secret == {"access_token", "refresh_token", "client_secret"}


# --- What is wrong with it ----------------------------------------------------------------

SHAPES = [
    {"errors": ["A valid bearer token is needed"]},
    {"errors": {"cause": "x"}},
    {"errors": None},
    [],
    "<html><h1>Oops</h1></html>",
    "",
]


@pytest.mark.parametrize("body", SHAPES)
@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (401, SignInAgain, "Enter the account's credentials again."),
        (402, AskStaff, "Have the owner of the account settle it at Contactually"),
        (403, AskStaff, "with the scope all:manage"),
        (404, AskStaff, "check CONTACTUALLY_API_URL"),
        (400, AskStaff, "Report it to those who run the server."),
        (500, TryAgain, "It is tried again by itself."),
        (503, TryAgain, "It is tried again by itself."),
    ],
)
def test_every_refusal_names_its_remedy_whatever_it_looks_like(status, kind, said, body):
    service = Scripted(lambda asked: Told(body, status))
    for call in (
        lambda connector: connector.identity(),
        lambda connector: reading(connector, BOX),
    ):
        with pytest.raises(kind) as raised:
            call(service.connector())
        assert said in str(raised.value)


@pytest.mark.parametrize("body", SHAPES)
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Refused), (401, SignInAgain), (402, AskStaff), (403, Refused), (404, Gone),
        (409, Refused), (410, Gone), (413, Refused), (422, Refused), (500, TryAgain),
        (503, TryAgain),
    ],
)  # fmt: skip
def test_a_refused_write_is_its_own_result(status, kind, body):
    service = Scripted(
        lambda asked: (
            one(record(asked.path.rpartition("/")[2]))
            if asked.method == "GET"
            else Told(body, status)
        )
    )
    connector = service.connector()
    writes = [
        Update(held.id, held.version, held.raw, {"company": "X"})
        for held in connector.read(BOX, ["contact_1", "contact_2"])
    ]
    assert all(isinstance(result, kind) for result in connector.write(BOX, writes))


def test_an_account_that_is_not_paid_for_is_no_matter_of_the_token(app):
    connector = app.connector()
    app.hands.disable()
    with pytest.raises(AskStaff, match="not paid for"):
        reading(connector, BOX)
    (result,) = connector.write(BOX, [Create(marker(), {"first_name": "Ann"})])
    assert isinstance(result, AskStaff)
    app.hands.enable()
    assert reading(connector, BOX).complete


def test_a_token_that_was_revoked_is_asked_for_again(app):
    connector = app.connector()
    reading(connector, BOX)
    app.credentials = {"access_token": "another"}
    with pytest.raises(SignInAgain):
        reading(app.connector(), BOX)


def test_the_token_is_neither_in_errors_nor_sent_elsewhere(app):
    app.be(next_page="elsewhere")
    for number in range(60):
        app.add(Contact({"first_name": f"N{number}"}))
    reading(app.connector(), BOX)
    token = app.credentials["access_token"]
    app.fail("status", status=400, times=-1)
    with pytest.raises(AskStaff) as raised:
        reading(app.connector(), BOX)
    assert token not in str(raised.value)


@pytest.mark.parametrize(
    ("errors", "told"),
    [
        (["First", "Second"], "First; Second"),
        ({"email_addresses": ["is invalid", "is taken"]}, "email_addresses: is invalid, is taken"),
        ({"base": {"x": ["deep"]}}, "base: x: deep"),
        ("Just a text", "Just a text"),
        (['"Jane Doe" is taken'], "… is taken"),
        (["jane@x.example is taken"], "… is taken"),
        (["Number +32 9 123 45 67 is odd"], "Number … is odd"),
        (["Smith, ann is taken"], "…, … is taken"),
        (["x" * 500], "x" * 200),
        ([None, 5, {}], ""),
    ],
)
def test_reasons_are_told_without_anybody_s_data(errors, told):
    sent = {"first_name": "Ann", "tags": ["Smith"], "title": "x", "location": None}
    assert reason_of({"errors": errors}, sent) == told


# --- Credentials --------------------------------------------------------------------------


def test_without_a_token_nothing_is_asked(app):
    with pytest.raises(SignInAgain, match="no access token"):
        Contactually({}, app.world)
    with pytest.raises(AskStaff, match="no time"):
        Contactually({"access_token": "x", "access_token_ends": "soon"}, app.world)


def _renewing(asked):
    if asked.path == "/oauth2/token":
        return Told({"access_token": "new", "expires_in": 3600})
    if asked.login == "Bearer new":
        return one({"id": "user_1"})
    return Told({"errors": ["A valid bearer token is needed"]}, 401)


@pytest.mark.parametrize("ends", ["", "2026-11-23T09:00:30+00:00"])
def test_a_server_that_gives_refresh_tokens_is_asked_for_new_ones(ends):
    service = Scripted(_renewing)
    connector = service.connector(
        "old", refresh_token="refresh", client_secret="s", access_token_ends=ends
    )
    assert connector.identity().id == "user_1"
    (asked,) = [asked for asked in service.asked if asked.path == "/oauth2/token"]
    assert asked.body == {
        "grant_type": ["refresh_token"],
        "refresh_token": ["refresh"],
        "client_id": ["this-installation"],
        "client_secret": ["s"],
    }
    assert service.kept == {
        "access_token": "new",
        "access_token_ends": "2026-11-23T10:00:00+00:00",
    }


# --- Limits -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "theirs", "waited"),
    [("500", 0, 120), ("0", 500, 60), ("500", 500, 120), ("100", 500, 660), ("0", 0, 0)],
)
def test_no_more_is_asked_than_is_allowed(app, setting, theirs, waited):
    """By the setting, and by what the answers say is left."""
    app.be(requests_per_minute=theirs)
    connector = app.connector(CONTACTUALLY_REQUESTS_PER_MINUTE=setting)
    batch = connector.capabilities.batch
    for _ in range(1200 // batch):
        writes = [Create(marker(), {"first_name": "Ann"}) for _ in range(batch)]
        assert all(isinstance(result, Written) for result in connector.write(BOX, writes))
    assert {int(call.status) for call in app.sandbox.calls} == {200}
    assert len(app.hands.all()) == len(app.sandbox.calls) == 1200
    assert app.clock.slept >= waited
    assert app.clock.slept == 0 or waited


@pytest.mark.parametrize("retry_after", [True, False])
def test_who_is_refused_for_others_requests_waits_and_goes_on(app, retry_after):
    """Another program uses the account as well."""
    app.be(requests_per_minute=20, retry_after=retry_after)
    connector = app.connector()
    login = {"authorization": f"Bearer {app.credentials['access_token']}"}
    for number in range(3):
        for _ in range(25):
            app.sandbox.answer("contactually", Request("GET", "/v2/me", headers=login))
        (result,) = connector.write(BOX, [Create(marker(), {"first_name": f"N{number}"})])
        assert isinstance(result, Written)
    assert len(app.hands.all()) == 3


@pytest.mark.parametrize(
    ("status", "headers", "least", "most"),
    [
        (429, {}, 60, 61),
        (429, {"Retry-After": "7"}, 7, 8),
        (429, {"X-Rate-Limit-Reset": "40"}, 40, 41),
        (429, {"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "40"}, 40, 41),
        (403, {"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "12"}, 12, 13),
        # Seconds they are said to be; what cannot be that is not slept through.
        (429, {"X-Rate-Limit-Reset": "1795424400"}, 60, 61),
        (429, {"X-Rate-Limit-Reset": "soon", "Retry-After": "later"}, 60, 61),
    ],
)
def test_a_refusal_for_being_too_many_is_waited_out(status, headers, least, most):
    answers = [Told({"errors": ["Rate limit exceeded"]}, status, headers), one({"id": "user_1"})]
    service = Scripted(lambda asked: answers.pop(0))
    assert service.connector().identity().id == "user_1"
    assert least <= service.clock.slept <= most


def test_a_limit_that_never_ends_is_left_to_the_next_run():
    service = Scripted(lambda asked: Told({"errors": ["no"]}, 429, {"Retry-After": "60"}))
    with pytest.raises(TryAgain) as raised:
        service.connector().identity()
    assert raised.value.after == 60
    assert len(service.asked) == 5


def test_an_answer_that_leaves_nothing_makes_the_next_request_wait():
    headers = {"X-Rate-Limit-Limit": "500", "X-Rate-Limit-Remaining": "3"}
    told = Told({"data": {"id": "user_1"}}, headers={**headers, "X-Rate-Limit-Reset": "25"})
    service = Scripted(lambda asked: told)
    connector = service.connector()
    connector.identity()
    assert service.clock.slept == 0
    connector.identity()
    assert service.clock.slept == 25


def test_one_request_at_a_time_needs_no_thread(app):
    connector = app.connector(CONTACTUALLY_CONNECTIONS="1")
    assert connector.capabilities.batch == 1
    before = set(threading.enumerate())
    ids = [app.add(Contact({"first_name": f"N{number}"})) for number in range(3)]
    assert len(connector.read(BOX, ids)) == 3
    assert set(threading.enumerate()) <= before


# --- Over the network ---------------------------------------------------------------------


def test_the_whole_way_over_http(app):
    """Real sockets and threads, and answers that are cut off."""
    before = set(threading.enumerate())  # accounts of other tests may not be closed yet
    with serving(app.sandbox) as server:
        url = f"{server.url}/contactually/v2"
        app.world = replace(
            app.world, wires={}, settings={**app.world.settings, "CONTACTUALLY_API_URL": url}
        )
        connector = app.connector(CONTACTUALLY_CONNECTIONS="4")
        assert connector.capabilities.batch == 4
        assert connector.identity().name.endswith("@owners.example")
        clients = frozenset({Segment("bucket", "Clients")})
        made = [
            result
            for start in range(0, 60, 4)
            for result in connector.write(
                BOX,
                [
                    Create(marker(), {"emails": entries([f"n{n}@x.example"])}, clients)
                    for n in range(start, start + 4)
                ],
            )
        ]
        assert len({result.id for result in made}) == 60
        first = reading(connector, BOX)
        assert (sorted(first.received), first.complete) == (
            sorted(result.id for result in made),
            True,
        )
        app.sandbox.order("contactually", Fault("lost", method="PATCH"))
        writes = [
            Update(held.id, held.version, held.raw, {"company": "X"})
            for held in connector.read(BOX, [result.id for result in made[:4]])
        ]
        names = sorted(type(result).__name__ for result in connector.write(BOX, writes))
        assert names == ["Unanswered", "Written", "Written", "Written"]
        connector.close()
        ours = set(threading.enumerate()) - before
        assert not [thread for thread in ours if thread.name.startswith("contactually")]
