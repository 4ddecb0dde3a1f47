"""Somebody builds the first connection of the demo from nothing, changes it and goes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from rules.models import Rule
from sync.models import Run
from tests.browser.apps import Apps, Owner
from tests.browser.axe import serious_faults
from tests.browser.conftest import SitDown
from tests.browser.hands import Hands, Keyboard
from tests.browser.looks import DARK, PHONE, Look, of_colours, of_width
from tests.browser.setting_up import SettingUp
from tests.browser.syncing import names_in, synced
from tests.sync.desk.conftest import container, person

pytestmark = [pytest.mark.partner("chromium"), pytest.mark.sqlite_only]

GONE_FROM_GOOGLE = "When a contact is deleted in Google Contacts"
IN_GHENT = (
    "IF in Contactually: is in the bucket Prospects and Addresses · City is Gent "
    "THEN in Google Contacts: add the label Prospect (undo)"
)
IN_BRUGES = IN_GHENT.replace("Gent", "Brugge")
NOBODY = "no contact would be changed by the next run"
Begin = Callable[..., SettingUp]


@pytest.fixture
def begin(sit_down: SitDown) -> Iterator[Begin]:
    """Somebody begins to set up a connection. What looks wrong on the way is told in the end."""
    begun: list[SettingUp] = []

    def begin(look: Look, hands: Hands | None = None, **options: Any) -> SettingUp:
        begun.append(SettingUp(sit_down(**options), look, hands))
        begun[-1].begin()
        return begun[-1]

    yield begin
    found = [fault for each in begun for fault in each.faults]
    assert not found, "\n".join(found)


def crm_of(apps: Apps) -> Owner:
    """Ann's, with clients and prospects."""
    ann = apps.owner("contactually", "Ann Maes")
    buckets = {name: ann.hands.add_bucket(name) for name in ("Clients", "Prospects", "Cold")}
    segment = ann.hands.define_field("Segment", "dropdown", ("Small", "Large"))
    for first, bucket, city in (
        ("Zoe", "Clients", "Gent"),
        ("Yves", "Prospects", "Gent"),
        ("Xena", "Prospects", "Brugge"),
        ("Ugo", "Cold", "Gent"),
    ):
        id = ann.add(first)
        ann.hands.edit(
            id,
            {
                "addresses": [{"label": "Work", "city": city}],
                "custom_fields": [{"field": {"id": segment}, "value": "Large"}],
            },
        )
        ann.hands.put_in(id, buckets[bucket])
    return ann


def phonebook_of(apps: Apps) -> Owner:
    """Bea's. Zoe is known to both; Wim was met at a fair."""
    bea = apps.owner("google", "Bea Claes", "Zoe", "Vera")
    bea.hands.label(bea.add("Wim"), bea.hands.add_label("Fair 2026"))
    return bea


def test_the_first_connection_is_built_changed_and_reverted(begin: Begin, apps: Apps) -> None:
    ann, bea = crm_of(apps), phonebook_of(apps)
    desk = begin(serious_faults)
    connect_both(desk, ann, bea)
    desk.set_options("crm-phonebook", ticks=[GONE_FROM_GOOGLE], region="BE", interval="1")
    desk.press("Save and go on")
    write_rules(desk)
    desk.follow("Go on to the field mapping")
    desk.arrive("Field mapping")
    desk.try_on("Zoe Maes")
    line = desk.add_line("Segment", "Contactually", "Nickname (text)", "Google Contacts")
    expect(line).to_contain_text("text cannot be read back as single choice")
    desk.press("Save and go on to: Preview")
    desk.arrive("Preview")
    desk.press("Look again")
    desk.see_preview("Then 3 are in sync.")

    desk.follow("Go on to the start")
    desk.arrive("Start")
    desk.pilot_with("Zoe Maes")
    desk.see_run("Its pilot was carried out")
    assert labels_in(bea) == {"Zoe": {"Client"}, "Vera": set(), "Wim": {"Fair 2026"}}
    desk.go_to("Start")
    desk.arrive("Start")
    desk.press("Start syncing")
    desk.see_run("Last synced")
    everybody = {"Zoe": {"Client"}, "Yves": {"Prospect"}, "Vera": set(), "Wim": {"Fair 2026"}}
    assert labels_in(bea) == everybody
    assert tags_in(ann)["Wim"] == ["Fair 2026"]

    desk.go_to("Rules")
    desk.arrive("Rules")
    desk.follow("Prospects in Ghent")
    desk.arrive("Rule Prospects in Ghent")
    desk.enter(desk.row("Condition", 2).get_by_label("Value"), "Brugge")
    desk.press("Save")
    desk.see_effect("Xena", "Yves")
    assert Rule.objects.filter(conditions__value="Gent").exists()
    desk.press("Save it")
    desk.arrive("Rules")
    desk.boss.expect_text(IN_BRUGES)
    assert synced(desk.connection).state == Run.State.DONE
    assert labels_in(bea) == {**everybody, "Yves": set(), "Xena": {"Prospect"}}

    desk.go_to("History")
    desk.arrive("History of crm-phonebook")
    desk.go_back("Xena", "Yves")
    desk.boss.expect_text("crm-phonebook is again as it was saved on")
    desk.go_to("Rules")
    desk.boss.expect_text(IN_GHENT)
    assert synced(desk.connection).state == Run.State.DONE
    assert labels_in(bea) == {**everybody, "Xena": set()}


def connect_both(desk: SettingUp, ann: Owner, bea: Owner) -> None:
    """With a pause in between."""
    desk.choose_apps("Contactually", "Google Contacts")
    desk.connect("A", "contactually", ann)
    desk.press("Leave it for now")
    desk.follow("Go on with Contactually and Google Contacts")
    desk.arrive("Accounts of Contactually and Google Contacts")
    desk.expect_chosen("A", ann)
    desk.connect("B", "google", bea)
    desk.press("Go on")
    desk.arrive("Direction and options")
    desk.read_both_sides()


def write_rules(desk: SettingUp) -> None:
    """In place of those that are there in the beginning."""
    desk.arrive("Rules")
    for rule in ("Everything in A", "Everything in B"):
        desk.delete_rule(rule)
    desk.begin_rule("Contactually", "Clients")
    desk.add_condition("Bucket", "in", "Clients")
    desk.add_action("Add label", "Client")
    desk.tick("Undo when it no longer matches")
    desk.save_rule("is in the bucket Clients THEN in Google Contacts: add the label Client", "Zoe")
    desk.begin_rule("Contactually", "Prospects in Ghent")
    desk.add_condition("Bucket", "in", "Prospects")
    desk.add_condition("Field", "is", "Gent", field="Addresses · City (text)")
    desk.add_action("Add label", "Prospect")
    desk.tick("Undo when it no longer matches")
    desk.save_rule(IN_GHENT, "Yves")
    desk.begin_rule("Google Contacts", "Met at the fair")
    desk.add_condition("Label", "has", "Fair 2026")
    desk.add_action("Add tag", "Fair 2026")
    desk.add_action("Add to bucket", "Prospects")
    desk.save_rule("add the tag Fair 2026; add to the bucket Prospects", "Wim")


def set_up_in_short(desk: SettingUp) -> None:
    """Between two accounts that are there already, and with few changes."""
    container("one", person("Ada", job_title="Countess"), person("Ben"))
    container("two", person("Ada", job_title="Engineer"))
    desk.choose_apps("Memory", "Memory")
    desk.use("A", "one")
    desk.use("B", "two")
    desk.press("Go on")
    desk.arrive("Direction and options")
    desk.read_both_sides()
    desk.set_options("pair", ticks=["When a contact is deleted in two"])
    desk.choose("one → two")
    desk.press("Save and go on")
    desk.arrive("Rules")
    desk.begin_rule("one", "Nobility")
    desk.add_condition("Field", "is", "Countess", field="Job title (text)")
    desk.add_action("Add tag", "Noble")
    desk.save_rule("add the tag Noble", "Ada")
    desk.follow("Go on to the field mapping")
    desk.arrive("Field mapping")
    desk.try_on("Ben")
    desk.tick("Sync Nickname", on=False)
    desk.press("Save and go on to: Preview")
    desk.arrive("Preview")
    desk.press("Look again")
    desk.see_preview("What it would do")
    desk.follow("Go on to the start")
    desk.arrive("Start")
    desk.press("Start syncing")
    desk.see_run("Last synced")
    assert names_in(desk.connection.b.account) == ["Ada", "Ben"]
    desk.go_to("Direction and options")
    desk.tick("Never blank a field")
    desk.press("Save")
    desk.see_effect(NOBODY)
    desk.press("Save it")
    desk.boss.expect_text("A field is never blanked")
    assert desk.connection.never_blank
    desk.go_to("History")
    desk.arrive("History of pair")
    desk.go_back(NOBODY)
    desk.boss.expect_text("pair is again as it was saved on")
    assert not desk.connection.never_blank


def test_a_connection_is_set_up_in_the_dark_theme(begin: Begin) -> None:
    set_up_in_short(begin(of_colours, **DARK))


def test_a_connection_is_set_up_on_a_phone(begin: Begin) -> None:
    set_up_in_short(begin(of_width, **PHONE))


def test_a_connection_is_set_up_by_keyboard_alone(begin: Begin) -> None:
    set_up_in_short(begin(of_width, Keyboard()))


def tags_in(crm: Owner) -> dict[str, list[str]]:
    """By first name."""
    return {record["first_name"]: record["tags"] for record in crm.hands.all().values()}


def labels_in(phonebook: Owner) -> dict[str, set[str]]:
    """By first name."""
    named = phonebook.hands.labels()
    return {
        record["names"][0]["givenName"]: {
            named[group]
            for each in record["memberships"]
            if (group := each["contactGroupMembership"]["contactGroupResourceName"]) in named
        }
        for record in phonebook.hands.all().values()
    }
