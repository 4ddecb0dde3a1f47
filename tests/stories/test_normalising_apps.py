"""Apps that rewrite what they are given: phones and case reformatted, blanks trimmed, texts cut,
characters as HTML entities. No ping-pong, and a ring of three connections settles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from connectors.contact import Entry, Value
from connectors.sandbox.sandbox import Sandbox
from tests.stories.town import Place, Town

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.sqlite_only,
    pytest.mark.usefixtures("judged"),
]

Build = Callable[[str], Place]
#: By app the quirks with which it rewrites what it is given.
REWRITING = {
    "contactually": {
        "trims": True, "lowers_emails": True, "formats_phones": True, "longest": 30,
        "entities": True, "addresses": "composed",
    },
    "google": {"shuffled": True},
    "mailchimp": {
        "trims": True, "text_limit": 20, "cuts_long_texts": True, "escapes_values": True,
        "escapes_names": True,
    },
}  # fmt: skip
CONNECTIONS = {
    "crm-phonebook": ("contactually", "google"),
    "phonebook-newsletter": ("google", "mailchimp"),
    "newsletter-crm": ("mailchimp", "contactually"),
}
ODD = {
    "first_name": "  Ann <&> Maria ",
    "last_name": "O'Neill & Sons, of a very long family name indeed",
    "company": "Smith & Co <Ltd>",
}


@pytest.fixture
def places(sandbox: Sandbox, place_of: Build) -> dict[str, Place]:
    for app, quirks in REWRITING.items():
        sandbox.apps[app].quirks = replace(sandbox.apps[app].quirks, **quirks)
    return {app: place_of(app) for app in REWRITING}


def odd_person(place: Place, number: int) -> str:
    """With values of which each app makes something of its own, and an American number."""
    there = {field.name for field in place.catalogue().fields}
    contact = place.person(f"P{number}")
    values: dict[str, Value] = {name: text for name, text in ODD.items() if name in there}
    values["first_name"] = f"{ODD['first_name']}{number}"
    emails = contact.get("emails")
    values["emails"] = (
        f"Ann.{number}@Example.ORG"
        if isinstance(emails, str)
        else (Entry(f"Ann.{number}@Example.ORG", "work"),)
    )
    phones = place.catalogue().field("phones")
    assert phones is not None
    number_ = f"+1 212 555 01{number:02}"
    values["phones"] = (Entry(number_, "mobile"),) if phones.holds_list else number_
    return place.partner.add(contact.with_fields(values))


@pytest.mark.parametrize("name", CONNECTIONS)
@pytest.mark.parametrize("turned", [False, True])
def test_two_apps_that_rewrite_do_not_play_ping_pong(
    town: Town, places: dict[str, Place], name: str, turned: bool
) -> None:
    a, b = (places[app] for app in CONNECTIONS[name])
    a, b = (b, a) if turned else (a, b)
    for number in range(4):
        odd_person(a, number)
    odd_person(b, 3), odd_person(b, 4)
    town.join(a, b)
    town.sync()
    town.sync()
    town.assert_quiet()
    assert len(a.names()) == len(b.names()) == 5
    edited = next(iter(a.contacts()))
    a.partner.edit(edited, {"last_name": "  Short & sweet "})
    town.sync()
    town.sync()
    town.assert_quiet()
    assert [state for _, state, _ in town.states()] == ["in_sync"] * 5


def test_a_ring_of_three_apps_that_rewrite_settles(town: Town, places: dict[str, Place]) -> None:
    for number, place in enumerate(places.values()):
        odd_person(place, number)
        odd_person(place, 7)
    for name, (a, b) in CONNECTIONS.items():
        town.join(places[a], places[b], name)
    rounds(town)
    assert {app: len(place.names()) for app, place in places.items()} == dict.fromkeys(places, 4)
    for place in places.values():
        for id in list(place.contacts())[:2]:
            place.partner.edit(id, {"last_name": f" Of <{place.app}> "})
    rounds(town)


def rounds(town: Town) -> None:
    """Each connection in turn until none of them has anything to do: soon."""
    for _ in range(5):
        wrote = [town.wrote(town.sync(name)) for name in CONNECTIONS]
        if not any(wrote):
            return
    raise AssertionError(f"no silence: {wrote}")
