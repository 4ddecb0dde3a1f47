"""The life of a connection: it is started and watched, contacts are edited at the apps, and what
follows is read, decided, approved and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.utils import timezone
from playwright.sync_api import expect

from connections.joining import begin_mapping
from connections.models import Connection
from connectors.contact import Contact, entries
from connectors.memory import store
from connectors.memory.app import MemoryApp
from rules.configuration.loading import load
from sync.models import Export, Run
from tests.browser.apps import Apps, Owner
from tests.browser.axe import serious_faults
from tests.browser.conftest import SitDown
from tests.browser.hands import Hands, Keyboard
from tests.browser.living import Living
from tests.browser.looks import DARK, PHONE, Look, of_colours, of_width
from tests.browser.syncing import synced
from tests.sync.desk.conftest import container

pytestmark = [pytest.mark.partner("chromium"), pytest.mark.sqlite_only]

ASKED = "Connection: crm-phonebook; Field: Company"
KNOWN = ("Zoe", "Yves", "Xena", "Ugo", "Tom", "Sara")
Begin = Callable[..., Living]


@pytest.fixture
def begin(sit_down: SitDown) -> Iterator[Begin]:
    """Somebody begins with a connection. What looks wrong on the way is told in the end."""
    begun: list[Living] = []

    def begin(look: Look, hands: Hands | None = None, **options: Any) -> Living:
        begun.append(Living(sit_down(**options), look, hands))
        begun[-1].open()
        return begun[-1]

    yield begin
    found = [fault for each in begun for fault in each.faults]
    assert not found, "\n".join(found)


def configured(ann: Owner, bea: Owner) -> None:
    """A draft between their accounts, that asks when it would overwrite three values."""
    crm = {"name": "crm", "app": "contactually", "credentials": {"access_token": ann.token()}}
    book = {"name": "phonebook", "app": "google", "credentials": {"access_token": bea.token()}}
    connection = {
        "name": "crm-phonebook",
        "a": {"account": "crm"},
        "b": {"account": "phonebook"},
        "sync_deletions": ["b-to-a"],
        "brakes": {"overwrites": [3, 0.2]},
    }
    document = {"accounts": [crm, book], "connections": [connection]}
    load(yaml.safe_dump(document), {})


def crm_of(apps: Apps) -> Owner:
    """Ann's. Of Pat and Rob the phone book has the addresses under other names."""
    ann = apps.owner("contactually", "Ann Maes", *KNOWN, "Pat", "Rob")
    for id in ann.hands.all():
        ann.hands.edit(id, {"company": "Old & Sons"})
    return ann


def phonebook_of(apps: Apps) -> Owner:
    """Bea's."""
    bea = apps.owner("google", "Bea Claes", "Zoe")
    for first, whose in (("Kim", "pat"), ("Lea", "pat"), ("Max", "rob"), ("Noa", "rob")):
        bea.add(first, f"{whose}@people.example")
    return bea


def test_the_whole_life_of_a_connection(begin: Begin, apps: Apps) -> None:
    ann, bea = crm_of(apps), phonebook_of(apps)
    configured(ann, bea)
    desk = begin(serious_faults)
    desk.start()
    desk.watch("Last synced")
    assert {*companies_in(bea)} == {*KNOWN, "Kim", "Lea", "Max", "Noa"}
    assert companies_in(bea)["Sara"] == "Old & Sons"

    read_what_was_edited(desk, ann, bea)
    put_back_what_gave_way(desk, ann, bea)
    tell_who_is_who(desk, bea)
    delete_what_was_deleted(desk, ann, bea)
    run = approve_many(desk, ann, bea)
    take_it_back(desk, run, bea)
    keep_the_log(desk)
    pause_and_resume(desk, ann, bea)


def read_what_was_edited(desk: Living, ann: Owner, bea: Owner) -> None:
    """An edit at an app arrives in the other one, and in the audit log."""
    desk.edit(ann, "Zoe Maes", Company="Zoe Ltd", Job_title="Owner")
    desk.sync_now("Changed in B", "Old & Sons → Zoe Ltd")
    assert companies_in(bea)["Zoe"] == "Zoe Ltd"
    desk.open_log()
    desk.filter_by("Field", "Job title")
    desk.expect_steps(("Zoe Maes", "Changed in B", "Job title", "Owner", "Edited in A", "Done"))
    desk.open_log()
    desk.search("zoe")
    desk.expect_steps(
        ("Zoe Maes", "Changed in B", "Old & Sons → Zoe Ltd"),
        ("Zoe Maes", "Changed in B", "Old & Sons"),
        ("Zoe Maes", "Paired"),
    )


def put_back_what_gave_way(desk: Living, ann: Owner, bea: Owner) -> None:
    desk.edit(ann, "Yves Maes", Company="Of the CRM")
    desk.edit(bea, "Yves Maes", Company="Of the phone book")
    desk.sync_now("gave way: Of the phone book")
    assert companies_in(bea)["Yves"] == "Of the CRM"
    desk.open()
    desk.go_to("To review")
    desk.arrive("To review")
    desk.follow("Gave way")
    desk.answer("Yves Maes", "put back “Of the phone book”")
    desk.look_at("what gave way")
    desk.decide("Of the CRM → Of the phone book")
    assert companies_in(ann)["Yves"] == companies_in(bea)["Yves"] == "Of the phone book"


def tell_who_is_who(desk: Living, bea: Owner) -> None:
    """Pat is Kim by another name; Rob is neither Max nor Noa."""
    desk.open()
    desk.go_to("To review")
    desk.answer("Pat Maes", "Same person as Kim Maes")
    desk.answer("Rob Maes", "None of them")
    desk.decide("Paired")
    assert companies_in(bea)["Pat"] == "Old & Sons"
    assert {"Lea", "Max", "Noa"} <= {*companies_in(bea)}


def delete_what_was_deleted(desk: Living, ann: Owner, bea: Owner) -> None:
    bea.hands.delete(ids_in(bea)["Xena"])
    desk.sync_now("Marked in A")
    assert "Xena" in companies_in(ann)
    desk.open()
    desk.go_to("Trash")
    desk.arrive("Trash")
    desk.delete("Xena Maes")
    assert "Xena" not in companies_in(ann)


def approve_many(desk: Living, ann: Owner, bea: Owner) -> Run:
    """More edits than the sync makes without asking."""
    edited = ("Ugo", "Tom", "Sara", "Yves")
    for first in edited:
        ann.hands.edit(ids_in(ann)[first], {"company": "New & Daughters"})
    desk.sync_now("It was held, and nothing was written.", state=Run.State.HELD)
    assert companies_in(bea)["Sara"] == "Old & Sons"
    desk.open()
    desk.look_at("a connection that is held")
    desk.press("That is right: go on")
    run = desk.carry_out("Old & Sons → New & Daughters")
    assert {companies_in(bea)[first] for first in edited} == {"New & Daughters"}
    return run


def take_it_back(desk: Living, run: Run, bea: Owner) -> None:
    desk.undo(run, "4 contacts in B would get their values from before.")
    assert companies_in(bea)["Sara"] == "Old & Sons"
    assert companies_in(bea)["Yves"] == "Of the phone book"


def keep_the_log(desk: Living) -> None:
    desk.open_log()
    desk.filter_by("Field", "Company")
    lines = desk.export()
    of_sara = [line for line in lines if line["name"] == "Sara Maes" and line["field"] == "company"]
    assert [(line["before"], line["after"]) for line in of_sara] == [
        ("", "Old & Sons"),
        ("Old & Sons", "New & Daughters"),
        ("New & Daughters", "Old & Sons"),
    ]
    [export] = Export.objects.all()
    assert (export.who, export.asked, export.rows) == ("boss", ASKED, len(lines))


def pause_and_resume(desk: Living, ann: Owner, bea: Owner) -> None:
    desk.open()
    desk.press("Pause")
    desk.boss.expect_text("Nothing is written until it is resumed.")
    desk.look_at("a connection that is paused")
    assert desk.connection.state == Connection.State.PAUSED
    desk.edit(ann, "Zoe Maes", Company="Zoe & Co")
    desk.press("Resume")
    expect(desk.page.get_by_role("button", name="Pause")).to_be_visible()
    assert desk.connection.state == Connection.State.ACTIVE
    desk.sync_now("Zoe Ltd → Zoe & Co")
    assert companies_in(bea)["Zoe"] == "Zoe & Co"


@pytest.fixture
def pair(accord: str, var: Path) -> Iterator[tuple[MemoryApp, MemoryApp]]:
    """Two apps that are connected and synced; it asks when it would overwrite two values. Of Pat
    the second has the address under two other names."""
    one, two = MemoryApp(timezone.now), MemoryApp(timezone.now)
    store.placed.update(one=one, two=two)
    made = Connection.objects.create(
        name="pair",
        a=container("one", *(person(name, name, company="Old") for name in ("Ada", "Ben", "Pat"))),
        b=container("two", *(person(name, "Pat") for name in ("Kim", "Lea"))),
        state=Connection.State.ACTIVE,
        brakes={"overwrites": [2, 0.2]},
    )
    begin_mapping(made)
    assert synced(made).state == Run.State.DONE
    yield one, two
    store.placed.clear()


def person(name: str, address: str, **fields: str) -> Contact:
    emails = entries([f"{address.lower()}@example.org"], "home")
    return Contact({"first_name": name, "emails": emails, **fields})


def live_in_short(desk: Living, one: MemoryApp, two: MemoryApp) -> None:
    desk.go_to("To review")
    desk.arrive("To review")
    desk.answer("Pat", "Same person as Kim")
    desk.decide("Paired")
    everybody = {"Ada": "Old", "Ben": "Old", "Pat": "Old", "Lea": ""}
    assert companies(two) == everybody

    for id, contact in one.contacts().items():
        if contact.text("first_name") in ("Ada", "Ben"):
            one.edit(id, {"company": "New"})
    desk.sync_now("It was held, and nothing was written.", state=Run.State.HELD)
    assert companies(two) == everybody
    desk.press("That is right: go on")
    run = desk.carry_out("Old → New")
    assert companies(two) == {**everybody, "Ada": "New", "Ben": "New"}
    desk.undo(run, "2 contacts in B would get their values from before.")
    assert companies(two) == everybody

    desk.open_log()
    desk.filter_by("What was done", "Undone")
    desk.expect_steps(("Ben", "New → Old"), ("Ada", "New → Old"))
    desk.open()
    desk.press("Pause")
    desk.boss.expect_text("Nothing is written until it is resumed.")
    desk.look_at("a connection that is paused")


def companies(app: MemoryApp) -> dict[str, str]:
    """By first name."""
    return {x.text("first_name"): x.text("company") for x in app.contacts().values()}


def test_a_connection_is_lived_with_in_the_dark_theme(
    begin: Begin, pair: tuple[MemoryApp, MemoryApp]
) -> None:
    live_in_short(begin(of_colours, **DARK), *pair)


def test_a_connection_is_lived_with_on_a_phone(
    begin: Begin, pair: tuple[MemoryApp, MemoryApp]
) -> None:
    live_in_short(begin(of_width, **PHONE), *pair)


def test_a_connection_is_lived_with_by_keyboard_alone(
    begin: Begin, pair: tuple[MemoryApp, MemoryApp]
) -> None:
    live_in_short(begin(of_width, Keyboard()), *pair)


def companies_in(owner: Owner) -> dict[str, str]:
    """By first name."""
    return {first: company for first, (_, company) in _people_in(owner).items()}


def ids_in(owner: Owner) -> dict[str, str]:
    """By first name."""
    return {first: id for first, (id, _) in _people_in(owner).items()}


def _people_in(owner: Owner) -> dict[str, tuple[str, str]]:
    if owner.stand_in.name == "contactually":
        return {
            record["first_name"]: (id, record["company"] or "")
            for id, record in owner.hands.all().items()
        }
    return {
        record["names"][0]["givenName"]: (id, record.get("organizations", [{}])[0].get("name", ""))
        for id, record in owner.hands.all().items()
    }
