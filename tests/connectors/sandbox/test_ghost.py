"""The stand-in of Ghost answers as a real one did (5.130, on SQLite), word by word where it was
seen; and its page."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
import requests

from connectors.sandbox.ghost.nql import NoFilter, parsed
from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import serving
from tests.connectors.sandbox.shelf import Clock

ID, SECRET = "6b0b9a874ff1141f4a24865a", "8ef4" * 16
ANN = "ann@people.example"


class Desk:
    def __init__(self, sandbox: Sandbox, url: str, clock: Clock) -> None:
        self.sandbox = sandbox
        self.clock = clock
        self.home = f"{url}/ghost"
        self.ghost: Any = sandbox.apps["ghost"]
        self.site = self.ghost.open_account("olive@people.example", "Harbour", f"{ID}:{SECRET}")
        self.hands = self.ghost.hands(self.site)

    def token(self, secret: str = SECRET, kid: str | None = ID, **claims: Any) -> str:
        """By the library that many integrations use."""
        now = int(self.clock().timestamp())
        body = {"iat": now, "exp": now + 300, "aud": "/admin/", **claims}
        return jwt.encode(body, bytes.fromhex(secret), "HS256", {"kid": kid} if kid else None)

    def call(self, method: str, path: str, body: Any = None, login: str = "", **query: str) -> Any:
        """Status and what was told."""
        answer = requests.request(
            method,
            f"{self.home}/{self.site}/ghost/api/admin{path}",
            json=body,
            params=query,
            headers={"Authorization": login or f"Ghost {self.token()}"},
            timeout=10,
            allow_redirects=False,
        )
        return answer.status_code, answer.json() if answer.content else None

    def add(self, email: str = ANN, **values: Any) -> dict[str, Any]:
        status, told = self.call("POST", "/members/", {"members": [{"email": email, **values}]})
        assert status == 201, told
        made: dict[str, Any] = told["members"][0]
        return made

    def error(self, *call: Any, **named: Any) -> tuple[int, Any, Any]:
        status, told = self.call(*call, **named)
        (error,) = told["errors"]
        return status, error["context"] or error["message"], error["code"] or error["property"]


@pytest.fixture
def desk() -> Iterator[Desk]:
    clock = Clock()
    sandbox = Sandbox(apps=["ghost"], now=clock)
    with serving(sandbox) as server:
        yield Desk(sandbox, server.url, clock)
    sandbox.close()


# --- Who may call ---------------------------------------------------------------------------


def test_the_site_is_told_to_everybody_and_all_else_with_a_key(desk: Desk) -> None:
    url = f"{desk.home}/{desk.site}/ghost/api/admin"
    site = requests.get(f"{url}/site/", timeout=10).json()["site"]
    assert (site["title"], site["url"]) == ("Harbour", f"{desk.home}/{desk.site}/")
    assert requests.get(f"{url}/members/", timeout=10).status_code == 403
    bare = requests.get(f"{url}/members", timeout=10, allow_redirects=False)
    assert (bare.status_code, bare.headers["Location"]) == (301, f"{url}/members/")


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"secret": "0" * 64}, 401, "Invalid token: invalid signature"),
        ({"kid": "f" * 24}, 401, "Unknown Admin API Key"),
        ({"kid": None}, 400, "Admin API kid missing."),
        ({"exp": 1}, 401, "Invalid token: jwt expired"),
        ({"iat": 1}, 401, "Invalid token: maxAge exceeded"),
        ({"aud": "/content/"}, 401, "Invalid token: jwt audience invalid"),
    ],
)
def test_a_token_that_is_not_good(desk: Desk, changes: Any, status: int, words: str) -> None:
    found = desk.error("GET", "/members/", login=f"Ghost {desk.token(**changes)}")
    assert found[0] == status and found[1].startswith(words)


def test_a_token_that_is_none(desk: Desk) -> None:
    told = desk.error("GET", "/members/", login="Ghost x.y.z")
    assert told == (400, "Invalid token", "INVALID_JWT")
    assert desk.error("GET", "/members/", login="Bearer x")[::2] == (401, "INVALID_AUTH_HEADER")
    unsigned = jwt.encode({"aud": "/admin/"}, None, "none", {"kid": ID})
    assert desk.error("GET", "/members/", login=f"Ghost {unsigned}")[0] == 401
    body = desk.token().rpartition(".")[0]
    weak = hmac.new(b"", body.encode(), hashlib.sha256).hexdigest()
    assert desk.error("GET", "/members/", login=f"Ghost {body}.{weak}")[0] == 401


def test_a_key_is_of_one_site(desk: Desk) -> None:
    other = desk.ghost.open_account("other@people.example", "Other")
    desk.site = other
    assert desk.error("GET", "/members/")[0] == 401


def test_what_an_integration_may_not_call(desk: Desk) -> None:
    assert desk.error("GET", "/nothing/")[::2] == (406, "UPDATE_CLIENT")


# --- Members --------------------------------------------------------------------------------


def test_a_member_is_made_with_labels_and_the_newsletter_of_newcomers(desk: Desk) -> None:
    made = desk.add(name=" Ann  Maes ", note="l1\r\nl2 ", labels=[{"name": "  VIP é "}, "Old, one"])
    assert (made["name"], made["note"]) == (" Ann  Maes ", "l1\r\nl2 ")
    assert [label["name"] for label in made["labels"]] == ["VIP é", "Old, one"]
    assert [each["name"] for each in made["newsletters"]] == ["Harbour"]
    assert (made["subscribed"], made["status"]) == (True, "free")
    assert made["email_suppression"] == {"suppressed": False, "info": None}
    assert desk.add("bob@people.example", subscribed=False)["newsletters"] == []


def test_a_label_is_the_same_whatever_its_case(desk: Desk) -> None:
    made = desk.add(labels=["VIP"])
    path = f"/members/{made['id']}/"
    _, told = desk.call("PUT", path, {"members": [{"labels": [{"name": "vip"}, {"name": "Vip"}]}]})
    assert told["members"][0]["labels"] == made["labels"]
    _, told = desk.call("GET", "/labels/", include="count.members")
    assert [(x["name"], x["count"]) for x in told["labels"]] == [("VIP", {"members": 1})]


@pytest.mark.parametrize(
    ("body", "status", "words", "property"),
    [
        ({"email": ANN}, 422, "Member already exists. Attempting to add member with existing email "
         "address", "email"),
        ({"email": "nope"}, 422, "Invalid Email", "email"),
        ({"email": "a@b"}, 422, "Invalid Email", "email"),
        ({"email": ""}, 422, "Validation failed for email.", "email"),
        ({"name": "x"}, 422, 'Validation (FieldIsRequired) failed for ["email"]', None),
        ({"email": "b@x.example", "name": "x" * 192}, 422, "Validation failed for name.", "name"),
        ({"email": "b@x.example", "name": ",x"}, 422, "Validation failed for name.", "name"),
        ({"email": "b@x.example", "name": None}, 422, "Validation failed for name.", "name"),
        ({"email": "b@x.example", "note": "x" * 2001}, 422, "Validation failed for note.", "note"),
        ({"email": "b@x.example", "labels": ["x" * 192]}, 422, "Validation failed for name.",
         "name"),
        ({"email": "b@x.example", "labels": [{"name": ""}]}, 422,
         "Value in [labels.name] cannot be blank. labels.name", None),
        ({"email": "b@x.example", "newsletters": [{"id": "0" * 24}]}, 422,
         "Value in [newsletters.name] cannot be blank. newsletters.name", None),
    ],
)  # fmt: skip
def test_what_is_refused(desk: Desk, body: Any, status: int, words: str, property: Any) -> None:
    desk.add()
    found = desk.error("POST", "/members/", {"members": [body]})
    assert found == (status, words, property)
    assert len(desk.hands.all()) == 1


def test_addresses_are_compared_as_the_database_does(desk: Desk) -> None:
    desk.add()
    desk.add(ANN.upper())
    desk.ghost.quirks = type(desk.ghost.quirks)(folds_address_case=True)
    assert desk.error("POST", "/members/", {"members": [{"email": ANN.title()}]})[0] == 422


def test_a_body_without_its_root_is_not_understood(desk: Desk) -> None:
    told = desk.error("POST", "/members/", {"foo": []})
    assert told == (400, "No root key ('members') provided.", None)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_who_is_not_there(desk: Desk, method: str) -> None:
    body = {"members": [{"name": "x"}]} if method == "PUT" else None
    assert desk.error(method, f"/members/{'1' * 24}/", body)[:2] == (404, "Member not found.")


def test_only_own_values_move_the_date(desk: Desk) -> None:
    made = desk.add(labels=["Old"])
    path = f"/members/{made['id']}/"
    desk.clock.forward(seconds=2)
    for body in ({"labels": ["New"]}, {"newsletters": []}, {"name": ""}):
        _, told = desk.call("PUT", path, {"members": [body]})
        assert told["members"][0]["updated_at"] == made["updated_at"]
    _, told = desk.call("PUT", path, {"members": [{"name": "Ann"}]})
    assert told["members"][0]["updated_at"] > made["updated_at"]


# --- Lists ----------------------------------------------------------------------------------


def test_lists_have_pages_order_and_filters(desk: Desk) -> None:
    ids = [desk.add(f"n{number}@people.example", name=f"N{number}")["id"] for number in range(5)]
    _, told = desk.call("GET", "/members/", limit="2", order="id asc", filter=f"id:>'{ids[0]}'")
    assert [member["id"] for member in told["members"]] == ids[1:3]
    assert told["meta"]["pagination"] == {
        "page": 1, "limit": 2, "pages": 2, "total": 4, "next": 2, "prev": None,
    }  # fmt: skip
    _, told = desk.call("GET", "/members/", filter=f"id:['{ids[1]}','{ids[4]}']", fields="email")
    assert told["members"] == [{"email": "n4@people.example"}, {"email": "n1@people.example"}]
    _, told = desk.call("GET", "/members/", limit="all")
    assert told["meta"]["pagination"]["limit"] == 100
    assert desk.error("GET", "/members/", limit="x")[0] == 422
    assert desk.error("GET", "/members/", filter="email:'")[1] == "Error parsing filter"
    assert desk.error("GET", "/members/", filter="foo:bar")[::2] == (400, "SQLITE_ERROR")


def test_dates_are_compared_as_texts(desk: Desk) -> None:
    made = desk.add()
    shown, kept = made["updated_at"], made["updated_at"].replace("T", " ")[:19]
    for text, found in ((shown, 0), (kept, 1)):
        _, told = desk.call("GET", "/members/", filter=f"updated_at:>='{text}'")
        assert len(told["members"]) == found


def test_events_tell_who_went_into_and_out_of_newsletters(desk: Desk) -> None:
    made = desk.add()
    desk.hands.unsubscribe(made["id"])
    _, told = desk.call("GET", "/members/events/", filter="type:newsletter_event")
    events = [(each["data"]["subscribed"], each["data"]["source"]) for each in told["events"]]
    assert events == [(False, "member"), (True, "api")]
    _, told = desk.call("GET", "/members/", filter="subscribed:false")
    assert [member["email"] for member in told["members"]] == [ANN]


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("", True),
        ("a:1", True),
        ("a:-1", False),
        ("a:1+b:'x y'", True),
        ("a:2,b:'x y'", True),
        ("(a:2,b:x)+a:1", False),
        ("c:two", True),
        ("c:-two", False),
        ("b:~'X'", True),
        ("d:null", True),
        (r"e:'o\'brien'", True),
        ("f:true", True),
    ],
)
def test_filters(text: str, fits: bool) -> None:
    record = {"a": "1", "b": "x y", "c": ["one", "two"], "d": None, "e": "o'brien", "f": True}
    assert parsed(text)[0](record) is fits


@pytest.mark.parametrize("text", ["a", "a:", "(a:1", "a:1)", "a:[1", "+", "a:1 b:2", "a:'x"])
def test_what_is_no_filter(text: str) -> None:
    with pytest.raises(NoFilter):
        parsed(text)


# --- The page -------------------------------------------------------------------------------

NASTY = "<script>alert('x')</script>&\"quoted\""


def page(desk: Desk, path: str = "/", status: int = 200, **form: Any) -> str:
    method = "POST" if form else "GET"
    answer = requests.request(method, f"{desk.home}{path}", data=form or None, timeout=10)
    assert answer.status_code == status, answer.text
    return answer.text


def test_the_page_is_there_before_anybody_is() -> None:
    with serving(Sandbox(apps=["ghost"])) as server:
        assert "Nobody is here yet" in requests.get(f"{server.url}/ghost/", timeout=10).text


def test_the_page_tells_what_to_enter_for_an_account(desk: Desk) -> None:
    shown = page(desk)
    assert f"{desk.home}/{desk.site}" in shown and f"{ID}:{SECRET}" in shown


def test_members_are_listed_added_changed_and_deleted(desk: Desk) -> None:
    site = f"/people/{desk.site}"
    (newsletter,) = desk.hands.newsletters()
    form = {"email": ANN, "name": NASTY, "labels": "VIP; Old, one", "newsletters": newsletter}
    shown = page(desk, f"{site}/new", **form)
    assert "<script>" not in shown and "VIP; Old, one" in shown
    ((id, made),) = desk.hands.all().items()
    assert [label["name"] for label in made["labels"]] == ["VIP", "Old, one"]
    assert made["subscribed"]
    assert "already" in page(desk, f"{site}/new", 400, **form)
    assert ANN in page(desk, "/?q=vip") and ANN not in page(desk, "/?q=nobody")
    page(desk, f"{site}/{id}", **{**form, "name": "Ann", "note": "a\r\nb", "labels": ""})
    assert (desk.hands.get(id)["note"], desk.hands.get(id)["labels"]) == ("a\nb", [])
    assert "needs an address" in page(desk, f"{site}/{id}", 400, email="")
    page(desk, f"{site}/{id}/unsubscribe", go="1")
    assert not desk.hands.get(id)["subscribed"]
    page(desk, f"{site}/{id}/bounce", go="1")
    assert desk.hands.get(id)["email_suppression"]["suppressed"]
    page(desk, f"{site}/{id}/nothing", 404, go="1")
    page(desk, f"{site}/{id}/delete", go="1")
    assert desk.hands.all() == {}
    page(desk, f"{site}/{id}", 404)
    page(desk, "/people/site99/new", 404)


def test_a_newsletter_is_added_and_a_long_list_has_pages(desk: Desk) -> None:
    page(desk, f"/people/{desk.site}/newsletters", name="Weekly")
    with desk.sandbox.store.transaction():
        for number in range(60):
            desk.hands.add({"email": f"p{number}@people.example"})
    assert "1–50 of 60" in page(desk) and "Weekly" in page(desk)
    assert "51–60 of 60" in page(desk, f"/?site={desk.site}&start=50")


def test_it_has_no_page_on_which_people_sign_in(desk: Desk) -> None:
    root = desk.home.removesuffix("/ghost")
    told = requests.get(f"{root}/_/quirks?app=ghost", timeout=10).json()
    assert not any(name.startswith("oauth.") for name in told)
    turned = requests.post(f"{root}/_/quirks?app=ghost", json={"oauth.lifetime": 1}, timeout=10)
    assert turned.status_code == 400
    turned = requests.post(f"{root}/_/quirks?app=ghost", json={"ahead": 5.0}, timeout=10)
    assert turned.json()["ahead"] == 5.0
