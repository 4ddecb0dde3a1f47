"""Each switch of the memory app, as far as the conformance suite does not turn it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.connector import Create, Delete, Received, Update, World, Write, Written
from connectors.contact import Contact, Entry, Segment, Value, entries
from connectors.errors import Refused
from connectors.fields import STANDARD, Field, FieldType
from connectors.memory.app import MemoryApp, Quirks
from connectors.memory.connector import CONTAINER, Memory
from connectors.memory.quirks import quirks_from_json, quirks_to_json
from connectors.memory.store import keep, opened, placed
from tests.connectors.conformance import reading
from tests.connectors.memory.test_connector import EVERYTHING

SIZE = Field("custom:Size", "Size", FieldType.CHOICE, options=("S", "L"))
SCORE = Field("custom:Score", "Score", FieldType.NUMBER, writable=False)
NUMBER = Field("custom:Number", "Number", FieldType.NUMBER, required=True)
NAME_ONLY = (STANDARD["full_name"], STANDARD["emails"])


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


Made = tuple[MemoryApp, Memory]
Make = Callable[[Quirks], Made]


@pytest.fixture
def made(clock: Clock, tmp_path: Path) -> Iterator[Make]:
    """An app of these quirks, and a connector to it."""

    def make(quirks: Quirks) -> Made:
        placed["one"] = MemoryApp(clock, quirks)
        return placed["one"], Memory({"name": "one"}, World(clock, clock.sleep, tmp_path))

    yield make
    placed.clear()


def tags(*names: str) -> frozenset[Segment]:
    return frozenset(Segment("tag", name) for name in names)


def seen(connector: Memory, id: str) -> Contact:
    (found,) = connector.read(CONTAINER, [id])
    assert isinstance(found, Received) and found.contact is not None
    return found.contact


def write(connector: Memory, one: Write) -> Written:
    (result,) = connector.write(CONTAINER, [one])
    assert isinstance(result, Written), result
    return result


def refused(connector: Memory, one: Write) -> str:
    (result,) = connector.write(CONTAINER, [one])
    assert isinstance(result, Refused), result
    return result.message


# --- Reading ------------------------------------------------------------------------------


def test_lag_hides_what_was_just_written_from_listings(made: Make, clock: Clock) -> None:
    app, connector = made(Quirks(lag=60))
    ann = app.add(Contact({"first_name": "Ann"}))
    assert reading(connector, CONTAINER).received == {}
    assert seen(connector, ann).fields == {"first_name": "Ann"}
    clock.sleep(60)
    assert list(reading(connector, CONTAINER).received) == [ann]


@pytest.mark.parametrize("tells", [True, False])
def test_without_deltas_every_reading_is_a_listing(made: Make, tells: bool) -> None:
    app, connector = made(Quirks(deltas=False, tells_deletions=tells))
    ann, bob = (app.add(Contact({"first_name": name})) for name in ("Ann", "Bob"))
    cursor = reading(connector, CONTAINER).cursor
    app.remove(ann)
    again = reading(connector, CONTAINER, cursor)
    assert (list(again.received), again.gone, again.complete) == ([bob], [], tells)


def test_pages_are_as_long_as_said(made: Make) -> None:
    app, connector = made(Quirks(page=2))
    for number in range(5):
        app.add(Contact({"first_name": f"N{number}"}))
    pages = connector.changes(CONTAINER, "", lambda ids: {})
    assert [len(page.received) for page in pages] == [2, 2, 1, 0]


# --- What is kept -------------------------------------------------------------------------


def test_values_are_kept_as_the_app_likes_them(made: Make) -> None:
    app, connector = made(Quirks(normalise=True, limits={"notes": 5, "phones": 1}))
    sent: dict[str, Value] = {
        "notes": " long notes",
        "emails": entries([" ANN@x.org "]),
        "phones": entries(["+32 2 555 12 12", "+32 2 555 12 13"]),
    }
    result = write(connector, Create("m", sent))
    expected = {
        "notes": "long ",
        "emails": entries(["ann@x.org"]),
        "phones": entries(["+3225551212"]),
    }
    assert seen(connector, result.id).fields == expected
    assert result.received is not None and result.received.contact == app.contacts()[result.id]


def test_unique_emails_are_refused_a_second_time(made: Make) -> None:
    _, connector = made(Quirks(unique_emails=True))
    write(connector, Create("m1", {"emails": entries(["ann@x.org"])}))
    assert "already in use" in refused(connector, Create("m2", {"emails": entries(["ANN@x.org"])}))


def test_only_the_offered_fields_are_shown_and_taken(made: Make) -> None:
    app, connector = made(Quirks(fields=NAME_ONLY, custom=(SIZE,)))
    names = [field.name for field in connector.catalogue(CONTAINER).fields]
    assert names == ["full_name", "emails", "custom:Size"]
    ann = app.add(Contact({"full_name": "Ann Smith", "company": "Acme", "custom:Size": "S"}))
    shown = {"full_name": "Ann Smith", "custom:Size": "S"}
    assert seen(connector, ann).fields == shown
    assert reading(connector, CONTAINER).contacts[ann] == seen(connector, ann)
    version = reading(connector, CONTAINER).received[ann].version
    change = Update(ann, version, b"", {"company": "Other"})
    assert refused(connector, change) == "The app has no field company."
    write(connector, Update(ann, version, b"", {"full_name": "Ann Jones"}))
    assert app.contacts()[ann].get("company") == "Acme"


def test_fields_of_every_kind_take_what_they_can_hold(made: Make) -> None:
    app, connector = made(Quirks(custom=(SIZE, SCORE, NUMBER)))
    fields: dict[str, Value] = {"custom:Number": "1", "custom:Size": "S"}
    ann = write(connector, Create("m", fields)).id
    app.edit(ann, {"custom:Score": "7"})
    version = str(app.current(ann).number)

    def said(**changes: Value) -> str:
        named = {f"custom:{name}": value for name, value in changes.items()}
        return refused(connector, Update(ann, version, b"", named))

    assert said(Size="M") == "Size can only be one of: S, L."
    assert said(Score="8") == "The app works out Score itself."
    assert said(Number="") == "The app does not take a contact without Number."
    without = Create("n", {"first_name": "Bob"})
    assert refused(connector, without) == "The app does not take a contact without Number."
    write(connector, Update(ann, version, b"", {"custom:Size": ""}))
    assert seen(connector, ann).fields == {"custom:Number": "1", "custom:Score": "7"}


# --- Segments -----------------------------------------------------------------------------


def test_kinds_that_the_app_lacks_are_refused(made: Make) -> None:
    app, connector = made(Quirks(segments=frozenset({"label"})))
    assert dict(connector.catalogue(CONTAINER).segments) == {"label": ()}
    said = "The app has no tag."
    assert refused(connector, Create("m", {"first_name": "Ann"}, tags("x"))) == said
    ann = app.add(Contact({"first_name": "Ann"}))
    version = str(app.current(ann).number)
    assert refused(connector, Update(ann, version, b"", add=tags("x"))) == said


def test_names_in_use_are_listed_where_there_is_no_register(made: Make) -> None:
    app, connector = made(Quirks())
    ann = app.add(Contact({"first_name": "Ann"}, tags("VIP", "Client")))
    app.add(Contact({"first_name": "Bob"}, tags("vip")))
    catalogue = connector.catalogue(CONTAINER)
    assert (catalogue.segments["tag"], catalogue.registers) == (("Client", "VIP"), frozenset())
    app.tag(ann, frozenset(), tags("client"))
    assert connector.catalogue(CONTAINER).segments["tag"] == ("VIP",)


def test_a_register_keeps_names_and_spells_them(made: Make) -> None:
    app, connector = made(Quirks(registers=frozenset({"tag"})))
    app.register("tag", "VIP")
    app.register("tag", " vip ")
    ann = write(connector, Create("m", {"first_name": "Ann"}, tags("vip", "New"))).id
    assert seen(connector, ann).segments == tags("VIP", "New")
    app.remove(ann)
    assert connector.catalogue(CONTAINER).segments["tag"] == ("New", "VIP")
    bob = app.add(Contact({"first_name": "Bob"}, tags("VIP", "New")))
    cursor = reading(connector, CONTAINER).cursor
    app.unregister("tag", "vip")
    assert connector.catalogue(CONTAINER).segments["tag"] == ("New",)
    assert reading(connector, CONTAINER, cursor).contacts[bob].segments == tags("New")


def test_a_write_may_take_a_name_off_and_put_it_on_in_another_spelling(made: Make) -> None:
    app, connector = made(Quirks())
    ann = app.add(Contact({"first_name": "Ann"}, tags("vip")))
    version = str(app.current(ann).number)
    write(connector, Update(ann, version, b"", add=tags("VIP"), remove=tags("vip")))
    assert seen(connector, ann).segments == tags("VIP")


# --- Consent ------------------------------------------------------------------------------


def test_who_comes_in_by_hand_has_the_first_status(made: Make) -> None:
    app, connector = made(EVERYTHING)
    assert connector.catalogue(CONTAINER).statuses == EVERYTHING.statuses
    ann = app.add(Contact({"first_name": "Ann"}))
    assert seen(connector, ann).status == "subscribed"
    app.unsubscribe(ann)
    app.subscribe(ann)
    assert seen(connector, ann).status == "subscribed"


@pytest.mark.parametrize("how", ["archived", "unsubscribed", "cleaned", "pending"])
def test_a_create_never_takes_the_place_of_who_is_not_subscribed(made: Make, how: str) -> None:
    app, connector = made(EVERYTHING)
    status = "subscribed" if how == "archived" else how
    ann = app.add(Contact({"emails": entries(["Ann@x.org"])}, status=status))
    if how == "archived":
        app.archive(ann)
    again = Create("m", {"emails": entries(["ann@x.org"])}, status="subscribed")
    assert "archived or is not subscribed" in refused(connector, again)
    assert list(app.people) == [ann]
    write(connector, replace(again, fields={"emails": entries(["bob@x.org"])}))


def test_a_status_is_refused_where_there_is_no_consent(made: Make) -> None:
    _, connector = made(Quirks())
    create = Create("m", {"first_name": "Ann"}, status="subscribed")
    said = "A new contact cannot be 'subscribed'; it can be: none."
    assert refused(connector, create) == said


# --- Leaving ------------------------------------------------------------------------------


def test_the_archive_is_a_switch(made: Make) -> None:
    app, connector = made(Quirks(archives=True))
    ann, bob = (app.add(Contact({"first_name": name})) for name in ("Ann", "Bob"))
    app.archive(ann)
    assert list(app.contacts()) == [bob]
    listing = reading(connector, CONTAINER)
    assert {id: x.deleted for id, x in listing.contacts.items()} == {ann: True, bob: False}
    app.remove(ann)
    assert reading(connector, CONTAINER, listing.cursor).gone == [ann]
    app.quirks = Quirks()
    with pytest.raises(ValueError, match="This app has no archive"):
        app.archive(bob)


def test_a_repeated_create_does_not_bring_back_what_was_archived_since(made: Make) -> None:
    app, connector = made(replace(EVERYTHING, chosen_ids=True, markers=False))
    create = Create("m", {"emails": entries(["ann@x.org"])}, status="subscribed")
    write(connector, create)
    app.archive("m")
    again = write(connector, create)
    assert again.adopted and again.received is not None and again.received.contact is not None
    assert again.received.contact.deleted


def test_a_merge_unites_both_and_names_all_that_went(made: Make) -> None:
    app, connector = made(Quirks(merges=True))
    home = (Entry("ann@home.org", "home", True),)
    ann = app.add(Contact({"first_name": "Ann", "emails": entries(["ann@x.org"])}, tags("VIP")))
    twin = app.add(Contact({"first_name": "Anna", "emails": home}, tags("vip", "New")))
    third = app.add(Contact({"company": "Acme", "emails": entries(["ANN@x.org", "ann@y.org"])}))
    app.merge(twin, third)
    app.merge(ann, twin)
    assert list(app.contacts()) == [ann]
    united = seen(connector, ann)
    assert united.fields == {
        "first_name": "Ann",
        "company": "Acme",
        "emails": (Entry("ann@x.org"), Entry("ann@home.org", "home"), Entry("ann@y.org")),
    }
    assert united.segments == tags("VIP", "New")
    assert reading(connector, CONTAINER).received[ann].absorbed == (third, twin)
    app.revive(twin)
    assert reading(connector, CONTAINER).received[ann].absorbed == (third,)


def test_deleting_is_a_switch(made: Make) -> None:
    app, connector = made(Quirks(deletes=False))
    ann = app.add(Contact({"first_name": "Ann"}))
    assert not connector.capabilities.deletes
    said = refused(connector, Delete(ann, str(app.current(ann).number)))
    assert "lets nobody delete" in said
    assert list(app.contacts()) == [ann]


# --- The file -----------------------------------------------------------------------------


def test_quirks_survive_their_file() -> None:
    odd = replace(EVERYTHING, fields=NAME_ONLY, custom=(SIZE, SCORE), limits={"notes": 5}, lag=1.5)
    assert quirks_from_json(quirks_to_json(odd)) == odd
    assert quirks_to_json(Quirks()) == {}


def test_everything_of_an_app_survives_its_file(clock: Clock, tmp_path: Path) -> None:
    app = MemoryApp(clock, EVERYTHING)
    app.register("label", "Empty")
    ann, bob, eve = (
        app.add(Contact({"first_name": name}), marker=f"marker of {name}")
        for name in ("Ann", "Bob", "Eve")
    )
    app.merge(ann, bob)
    app.archive(eve)
    app.unsubscribe(ann)
    keep(app, "one", tmp_path)
    connector = Memory({"name": "one"}, World(clock, clock.sleep, tmp_path))
    cursor = reading(connector, CONTAINER).cursor
    assert connector.catalogue(CONTAINER).segments["label"] == ("Empty",)
    with opened("one", tmp_path, clock) as again:
        assert again.quirks == EVERYTHING
        assert again.contacts() == app.contacts()
        assert (again.markers, again.absorbed) == (app.markers, app.absorbed)
        again.register("label", "Second")
        again.restore(eve)
        again.revive(bob)
    found = reading(connector, CONTAINER, cursor)
    names = {id: contact.name for id, contact in found.contacts.items() if contact}
    assert names == {bob: "Bob", eve: "Eve"}
    assert connector.catalogue(CONTAINER).segments["label"] == ("Empty", "Second")
