"""What people do by hand in the stand-in of Google Contacts, in Python and on its page."""

import re
from collections.abc import Iterator
from html import unescape
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

import pytest

from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.web import Request
from tests.connectors.sandbox.google_desk import EMAIL, Desk, desk

MY_CONTACTS = "contactGroups/myContacts"


@pytest.fixture
def at() -> Iterator[Desk]:
    with desk() as opened:
        yield opened


class Browser:
    """Follows redirects, and knows the forms of the page that it shows."""

    def __init__(self, at: Desk) -> None:
        self._host = at.url.removeprefix("http://")
        self._home = f"{at.url}/google"
        self.status = 0
        self.html = ""

    def open(self, path: str) -> str:
        return self._ask("GET", path.removeprefix(self._home), "")

    def send(self, path: str, *pairs: tuple[str, str]) -> str:
        return self._ask("POST", path.removeprefix(self._home), urlencode(pairs))

    def fields(self, action: str) -> list[tuple[str, str]]:
        """What the form with this action would send as it stands."""
        form = next(
            found[2]
            for found in re.finditer(r'<form action="([^"]*)"[^>]*>(.*?)</form>', self.html, re.S)
            if unescape(found[1]).endswith(action)
        )
        found = []
        for tag in re.finditer(r"<input ([^>]*)>|<textarea ([^>]*)>(.*?)</textarea>", form, re.S):
            part = dict(re.findall(r'(\w+)="([^"]*)"', tag[1] or tag[2]))
            is_ticked = part.get("type") != "checkbox" or " checked" in tag[0]
            if is_ticked:
                found.append((part["name"], unescape(tag[3] or part.get("value", ""))))
        return found

    def links(self) -> list[str]:
        return [unescape(found) for found in re.findall(r'href="([^"]*)"', self.html)]

    def _ask(self, method: str, path: str, body: str) -> str:
        connection = HTTPConnection(self._host, timeout=20)
        headers = {"content-type": "application/x-www-form-urlencoded"} if body else {}
        try:
            connection.request(method, f"/google{path}", body or None, headers)
            answer = connection.getresponse()
            self.html = answer.read().decode()
            self.status = answer.status
            place = answer.getheader("location")
        finally:
            connection.close()
        return self.open(place) if place else self.html


@pytest.fixture
def browser(at: Desk) -> Browser:
    return Browser(at)


def replaced(fields: list[tuple[str, str]], **changes: str) -> list[tuple[str, str]]:
    """``a__b`` is the field ``a.b``; the first of that name."""
    found = list(fields)
    for name, value in changes.items():
        place = next(n for n, pair in enumerate(found) if pair[0] == name.replace("__", "."))
        found[place] = (found[place][0], value)
    return found


FULL: dict[str, list[dict[str, Any]]] = {
    "names": [
        {"givenName": "Ann", "familyName": "Bee <b>", "phoneticGivenName": "An"},
    ],
    "emailAddresses": [
        {"value": "ann@example.org", "type": "work", "displayName": "Ann at work"},
        {"value": "ann@home.example", "metadata": {"sourcePrimary": True}},
    ],
    "phoneNumbers": [{"value": "020 123 4567", "type": "mobile"}],
    "addresses": [
        {"city": "Utrecht", "country": "NL", "formattedValue": "Somewhere"},
        {"city": "Amsterdam"},
    ],
    "organizations": [{"name": "Acme", "title": "CEO", "symbol": "ACM"}, {"name": "Old"}],
    "birthdays": [{"date": {"year": 1990, "month": 2, "day": 3}}],
    "biographies": [{"value": "Two\nlines", "contentType": "TEXT_PLAIN"}],
    "userDefined": [{"key": "Colour", "value": "red"}],
    "clientData": [{"key": "k", "value": "v"}],
    "memberships": [
        {"contactGroupMembership": {"contactGroupResourceName": MY_CONTACTS}},
        {"contactGroupMembership": {"contactGroupResourceName": "contactGroups/friends"}},
    ],
}


# --- Hands --------------------------------------------------------------------------------


def test_hands_hold_what_people_left_there_and_no_more(at: Desk) -> None:
    id = at.hands.add({"names": [{"givenName": "Ann"}], "etag": "x", "resourceName": "y"})

    membership = {"contactGroupMembership": {"contactGroupResourceName": MY_CONTACTS}}
    assert at.hands.get(id) == {"names": [{"givenName": "Ann"}], "memberships": [membership]}
    assert at.hands.all() == {id: at.hands.get(id)}
    at.hands.edit(id, {"urls": [{"value": "u"}], "names": [], "memberships": []})
    assert at.hands.get(id) == {"urls": [{"value": "u"}], "memberships": [membership]}


def test_hands_are_not_held_to_the_rules_of_the_api(at: Desk) -> None:
    odd = {
        "names": [{"givenName": "x" * 5000}, {"givenName": "second"}],
        "emailAddresses": [{"value": "no address"}, {"value": ""}, {}],
        "birthdays": [{"text": "some day in May"}],
        "phoneNumbers": [{"value": "ask"}],
    }
    id = at.hands.add(odd)

    person = at.get(id)

    assert len(person["names"]) == 2
    assert len(person["emailAddresses"]) == 3
    assert person["birthdays"][0]["text"] == "some day in May"
    assert at.page()["connections"] == [person]


def test_hands_take_a_person_as_the_api_told_of_it(at: Desk) -> None:
    id = at.hands.add({key: FULL[key] for key in ("names", "emailAddresses", "phoneNumbers")})
    before = at.hands.get(id)
    person = at.get(id)

    at.hands.edit(id, {**person, "userDefined": FULL["userDefined"]})

    name = {**FULL["names"][0], "unstructuredName": "Ann Bee <b>"}
    expected = {**(before or {}), "names": [name], "userDefined": FULL["userDefined"]}
    assert at.hands.get(id) == expected


def test_hands_find_people_by_their_addresses_of_now(at: Desk) -> None:
    ann = at.hands.add({"emailAddresses": [{"value": "Ann@Example.org"}, {"value": "b@x.org"}]})
    bob = at.hands.add({"emailAddresses": [{"value": "B@X.org"}]})

    assert list(at.hands.by_address("ann@example.ORG")) == [ann]
    assert list(at.hands.by_address("b@x.org")) == [ann, bob]
    at.hands.edit(ann, {"emailAddresses": []})
    at.hands.delete(bob)
    assert at.hands.by_address("b@x.org") == at.hands.by_address("ann@example.org") == {}


def test_hands_know_who_is_not_there(at: Desk) -> None:
    assert at.hands.get("people/c1") is None
    id = at.hands.add({})
    for act in (
        lambda: at.hands.edit("people/c1", {}),
        lambda: at.hands.delete("people/c1"),
        lambda: at.hands.restore(id),
        lambda: at.hands.merge(id, "people/c1"),
        lambda: at.hands.touch(["people/c1"]),
        lambda: at.hands.label(id, "contactGroups/1"),
        lambda: at.hands.rename_label("contactGroups/1", "X"),
    ):
        with pytest.raises(KeyError):
            act()


def test_stars_and_labels_come_and_go(at: Desk) -> None:
    id = at.hands.add({})
    label = at.hands.add_label("Clients")

    at.hands.star(id)
    at.hands.label(id, label)
    at.hands.label(id, label)
    assert groups(at, id) == [MY_CONTACTS, "contactGroups/starred", label]
    at.hands.unstar(id)
    at.hands.rename_label(label, "Customers")
    assert at.hands.labels() == {label: "Customers"}
    at.hands.unlabel(id, MY_CONTACTS)
    at.hands.delete_label(label)
    assert groups(at, id) == [MY_CONTACTS]
    assert at.hands.labels() == {}


def groups(at: Desk, id: str) -> list[str]:
    record = at.hands.get(id)
    assert record is not None
    return [
        item["contactGroupMembership"]["contactGroupResourceName"] for item in record["memberships"]
    ]


# --- The page -----------------------------------------------------------------------------


def test_contacts_are_listed_and_found(at: Desk, browser: Browser) -> None:
    label = at.hands.add_label("Clients & <friends>")
    ann = at.hands.add(FULL)
    at.hands.label(ann, label)
    at.hands.star(ann)
    at.hands.add({"emailAddresses": [{"value": "bob@example.org"}]})

    html = browser.open("/")
    assert "Ann Bee &lt;b&gt;" in html
    assert "Clients &amp; &lt;friends&gt;" in html
    assert "★" in html
    assert "bob@example.org" in html
    assert EMAIL in html
    assert "<b>" not in html

    assert "bob@example.org" not in browser.open("/?q=ACME")
    assert "Ann Bee" in browser.html
    assert "Nobody is found." in browser.open("/?q=value")


def test_a_page_shows_fifty(at: Desk, browser: Browser) -> None:
    for number in range(120):
        at.hands.add({"names": [{"givenName": f"N{number:03}"}]})

    shown = []
    page = "/"
    while page:
        html = browser.open(page)
        shown.append(re.findall(r">(N\d{3})<", html))
        later = [link for link in browser.links() if f"start={50 * len(shown)}" in link]
        page = later[0] if later else ""

    assert [len(names) for names in shown] == [50, 50, 20]
    assert [name for names in shown for name in names] == [f"N{n:03}" for n in range(120)]


def test_a_form_that_is_only_saved_changes_nothing(at: Desk, browser: Browser) -> None:
    id = at.hands.add(FULL)
    before = at.hands.get(id)

    browser.open(f"/{id}")
    browser.send(f"/{id}", *browser.fields(f"/{id}"))

    assert browser.status == 200
    assert at.hands.get(id) == before


def test_a_form_changes_what_it_shows_and_keeps_the_rest(at: Desk, browser: Browser) -> None:
    id = at.hands.add(FULL)
    label = at.hands.add_label("Clients")
    browser.open(f"/{id}")

    fields = replaced(
        browser.fields(f"/{id}"),
        names__givenName="Anna",
        emailAddresses__value="anna@example.org",
        addresses__city="Breda",
        birthday="--12-31",
        notes="One line",
    )
    browser.send(f"/{id}", *fields, ("group", label))

    record = at.hands.get(id)
    assert record is not None
    assert record["names"] == [{**FULL["names"][0], "givenName": "Anna"}]
    assert record["emailAddresses"] == [
        {**FULL["emailAddresses"][0], "value": "anna@example.org"},
        FULL["emailAddresses"][1],
    ]
    assert record["addresses"] == [{"city": "Breda", "country": "NL"}, {"city": "Amsterdam"}]
    assert record["birthdays"] == [{"date": {"month": 12, "day": 31}}]
    assert record["biographies"][0]["value"] == "One line"
    assert record["organizations"] == FULL["organizations"]
    assert record["clientData"] == FULL["clientData"]
    assert groups(at, id) == [MY_CONTACTS, "contactGroups/friends", label]


def test_what_is_emptied_is_gone(at: Desk, browser: Browser) -> None:
    id = at.hands.add({key: FULL[key] for key in ("names", "phoneNumbers", "birthdays")})
    browser.open(f"/{id}")

    fields = replaced(
        browser.fields(f"/{id}"), names__givenName="", names__familyName="", birthday="",
        phoneNumbers__value="",
    )  # fmt: skip
    browser.send(f"/{id}", *fields)

    record = at.hands.get(id)
    assert record is not None
    assert set(record) == {"memberships"}


def test_a_contact_is_made_seen_by_the_api_and_deleted(at: Desk, browser: Browser) -> None:
    _, token = at.sync()
    browser.open("/people/new")
    fields = replaced(
        browser.fields("/people/new"), names__givenName="Zoe", userDefined__value="red",
        userDefined__key="Colour", birthday="in May",
    )  # fmt: skip
    browser.send("/people/new", *fields)

    (person,), token = at.sync(token)
    assert person["names"][0]["displayName"] == "Zoe"
    assert person["userDefined"][0]["key"] == "Colour"
    assert person["birthdays"][0]["text"] == "in May"
    assert "Zoe" in browser.html

    resource = person["resourceName"]
    browser.send(f"/{resource}/delete", ("account", at.account))
    assert "No contacts." in browser.html
    ((gone,), _) = at.sync(token)
    assert gone["metadata"]["deleted"] is True


def test_labels_are_made_renamed_and_deleted(at: Desk, browser: Browser) -> None:
    page = "/people/labels"
    browser.send(page, ("do", "create"), ("name", " Clients "))
    (label,) = at.hands.labels()
    assert at.hands.labels() == {label: "Clients"}

    browser.send(page, ("do", "rename"), ("label", label), ("name", "Customers"))
    assert at.hands.labels() == {label: "Customers"}
    assert "Customers" in browser.html
    for pairs in (
        (("do", "create"), ("name", "customers")),
        (("do", "create"), ("name", " ")),
        (("do", "other"), ("name", "X")),
        (("do", "rename"), ("label", "contactGroups/1"), ("name", "X")),
    ):
        browser.send(page, *pairs)
        assert browser.status in (400, 404)
    browser.send(page, ("do", "delete"), ("label", label))
    assert at.hands.labels() == {}


def test_the_page_is_of_one_account(at: Desk, browser: Browser) -> None:
    other = at.google.open_account("bob@example.org", "Bob")
    at.hands.add({"names": [{"givenName": "Annabel"}]})
    bobs = at.google.hands(other).add({"names": [{"givenName": "Robert"}]})

    assert "Robert" not in browser.open("/")
    assert "Annabel" not in browser.open("/?account=bob@example.org")
    assert "Robert" in browser.open(f"/?account={other}")
    browser.open(f"/{bobs}?account={at.account}")
    assert browser.status == 404
    browser.open("/?account=nobody")
    assert browser.status == 404
    browser.send(f"/{bobs}", ("account", other), ("names.givenName", "Rob"))
    record = at.google.hands(other).get(bobs)
    assert record is not None
    assert record["names"] == [{"givenName": "Rob"}]


def test_without_an_account_there_is_a_page_as_well() -> None:
    sandbox = Sandbox(apps=["google"])
    try:
        answer = sandbox.answer("google", Request("GET", "/", home="http://sandbox.example/google"))
        assert b"Nobody has an account yet." in answer.body
        assert sandbox.answer("google", Request("GET", "/people/new")).status == 404
    finally:
        sandbox.close()


def test_pages_are_not_counted_as_calls_and_need_no_token(at: Desk, browser: Browser) -> None:
    browser.open("/")

    assert browser.status == 200
    assert at.sandbox.calls == []
    assert at.sandbox.exchanges == []
    assert "<script" not in browser.html
    assert 'name="viewport"' in browser.html
