"""The life of a connection: it is started and watched, contacts are edited at the apps, and what
follows is read, decided, approved and taken back."""

from __future__ import annotations

import pytest
import yaml
from playwright.sync_api import expect

from connections.models import Connection
from rules.configuration.loading import load
from sync.models import Export, Run
from tests.browser.apps import Apps, Owner
from tests.browser.axe import serious_faults
from tests.browser.conftest import BeginLiving
from tests.browser.living import Living

pytestmark = [pytest.mark.partner("chromium"), pytest.mark.sqlite_only]

ASKED = "Connection: crm-phonebook; Field: Company"
KNOWN = ("Zoe", "Yves", "Xena", "Ugo", "Tom", "Sara")


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


def test_the_whole_life_of_a_connection(begin_living: BeginLiving, apps: Apps) -> None:
    ann, bea = crm_of(apps), phonebook_of(apps)
    configured(ann, bea)
    desk = begin_living(serious_faults)
    desk.start()
    desk.watch("Last synced")
    assert {*companies_in(bea)} == {*KNOWN, "Kim", "Lea", "Max", "Noa"}
    assert companies_in(bea)["Sara"] == "Old & Sons"

    read_what_was_edited(desk, ann, bea)
    put_back_what_gave_way(desk, ann, bea)
    tell_who_is_who(desk, ann, bea)
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
    desk.review("Gave way")
    desk.answer("Yves Maes", "put back “Of the phone book”")
    desk.decide("Of the CRM → Of the phone book")
    assert companies_in(ann)["Yves"] == companies_in(bea)["Yves"] == "Of the phone book"


def tell_who_is_who(desk: Living, ann: Owner, bea: Owner) -> None:
    """Pat is Kim by another name; Rob is neither Max nor Noa."""
    desk.review()
    desk.answer("Pat Maes", "Same person as Kim Maes")
    desk.answer("Rob Maes", "None of them")
    desk.decide("Paired")
    assert companies_in(bea)["Pat"] == "Old & Sons"
    assert {*companies_in(bea)} == {*KNOWN, "Pat", "Lea", "Max", "Noa"}
    assert {*companies_in(ann)} == {*KNOWN, "Pat", "Rob"}
    desk.review("Kept apart", "Rob Maes", "Max Maes", "Noa Maes")


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
