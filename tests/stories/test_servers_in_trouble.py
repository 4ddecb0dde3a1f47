"""The server is not to be reached, does not let us in, or answers something else: it is said
what happened and what to do, nothing is lost or deleted, and when the cause is gone the next sync
is an ordinary one."""

from __future__ import annotations

import pytest

from tests.connectors.carddav.scripted import Fault, answer, carry_on
from tests.connectors.carddav.servers import PASSWORD
from tests.stories.home import NUMBERS, Home
from tests.stories.vcards import value_of

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

HTML = b"<!DOCTYPE html><html><body>Welcome to Hotel Wifi, please sign in</body></html>"
WEB_PAGE = answer(200, {"Content-Type": "text/html"}, HTML)


def test_unreachable_host(home: Home) -> None:
    home.url = home.a.url
    home.begin()
    before = home.held_here()
    home.server.stop()
    status, said = home.commands.sync("pair")
    home.server.start()
    assert (status, said["state"], said["why"]) == (
        2,
        "failed",
        "127.0.0.1 cannot be reached. It is tried again by itself.",
    )
    assert home.held_here() == before
    home.assert_ordinary_again()


def test_wrong_password(home: Home) -> None:
    home.begin()
    users = home.server.folder / "users"
    before = users.read_text()
    users.write_text(before.replace(PASSWORD, "another"))
    home.a.sign_in("another")
    try:
        home.assert_stops(
            "refused",
            "127.0.0.1 refuses the user name or the password. "
            "Enter the account's credentials again.",
        )
        home.load("another")
        home.assert_ordinary_again()
    finally:
        users.write_text(before)


def test_address_book_that_vanished(home: Home) -> None:
    home.begin()
    cards = home.a.cards()
    place = home.a.path("")
    home.a.delete(place)
    status, said = home.commands.sync("pair")
    assert (status, said["state"], said["why"]) == (
        2,
        "refused",
        f"The address book {place} is no longer there. Choose another address book for the "
        "connection, or restore it at the server.",
    )
    assert said["in_sync"] == len(NUMBERS)
    home.server.new_book(place.split("/")[-2])
    for path, card in cards.items():
        home.a.put(path, card)
    home.assert_ordinary_again()


def test_server_that_answers_html(home: Home) -> None:
    home.begin()
    home.gate.plan = [WEB_PAGE] * 20
    home.assert_stops(
        "refused",
        "127.0.0.1 answered with a web page instead of an address book. "
        "Check the URL; if the network asks to sign in first, do that.",
    )
    home.assert_ordinary_again()


def test_html_in_the_middle_of_writing(home: Home) -> None:
    """A sign-in page with status 200 is no proof that the card was written."""
    home.begin()
    home.gate.plan = [carry_on, *[WEB_PAGE] * 20]
    status, said = home.commands.sync("pair")
    home.gate.plan = []
    assert (status, said["a"]["updated"]) == (2, 0)
    assert value_of(home.a.get(home.a.path("0.vcf")), "TITLE") == "Old title"
    home.assert_ordinary_again()


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (
            answer(503, {"Retry-After": "3600"}),
            "127.0.0.1 asks to wait (503). It is tried again by itself.",
        ),
        (
            answer(207, {}, b'<?xml version="1.0"?><D:multistatus xmlns:D="DAV:"><D:resp'),
            "127.0.0.1 sent an answer that is cut off or not valid XML. It is tried again by "
            "itself.",
        ),
    ],
)
def test_server_in_trouble(home: Home, fault: Fault, why: str) -> None:
    home.begin()
    home.gate.plan = [fault] * 20
    home.assert_stops("failed", why)
    home.assert_ordinary_again()
