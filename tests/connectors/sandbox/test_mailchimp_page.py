"""The web page where people keep their audiences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import requests

from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import serving
from tests.connectors.sandbox.mailchimp_desk import ANN, Desk, opened

NASTY = "<script>alert('x')</script>&\"quoted\""


@pytest.fixture
def desk() -> Iterator[Desk]:
    with opened() as desk:
        yield desk


def get(desk: Desk, path: str = "/", status: int = 200) -> str:
    answer = requests.get(f"{desk.url}/mailchimp{path}", timeout=10)
    assert answer.status_code == status
    return answer.text


def post(desk: Desk, path: str, expected: int = 303, /, **form: Any) -> requests.Response:
    answer = requests.post(
        f"{desk.url}/mailchimp{path}", data=form, timeout=10, allow_redirects=False
    )
    assert answer.status_code == expected
    return answer


def entries(page: str) -> dict[str, str]:
    """What a form would send as it stands, without boxes and menus."""
    found = re.findall(r'<input type="(?!checkbox)\w+" name="([\w.-]+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found}


def test_the_page_is_there_before_anybody_is() -> None:
    with serving(Sandbox(apps=["mailchimp"])) as server:
        page = requests.get(f"{server.url}/mailchimp/", timeout=10)
        assert page.status_code == 200
        assert "Nobody is here yet" in page.text


def test_members_are_listed_and_searched_for(desk: Desk) -> None:
    desk.people.add({"email_address": ANN, "merge_fields": {"FNAME": "Ann"}, "tags": ["vip"]})
    desk.people.add({"email_address": "ben@example.com", "status": "unsubscribed"})
    desk.people.add({"email_address": "old@example.com"})
    desk.people.archive("old@example.com")
    page = get(desk)
    assert ANN in page and "vip" in page and "ben@example.com" in page
    assert "old@example.com" not in page
    assert "ben@example.com" not in get(desk, "/?q=ANN")
    assert "ben@example.com" not in get(desk, "/?q=vip")
    assert "old@example.com" in get(desk, f"/?list={desk.list}&status=archived")
    assert desk.sandbox.calls == []


def test_a_long_list_has_pages(desk: Desk) -> None:
    with desk.sandbox.store.transaction():
        for number in range(120):
            desk.people.add({"email_address": f"p{number}@example.com"})
    first = get(desk)
    assert "1–50 of 120" in first and "p50@example.com" not in first
    following = re.findall(r'class="button" href="[^"]*/mailchimp(/\?[^"]+)">More', first)
    assert "p50@example.com" in get(desk, unescape(following[0]))


def test_audiences_and_accounts_are_switched(desk: Desk) -> None:
    other = desk.mailchimp.open_account("other@example.org", "Otto Other")
    desk.people.add({"email_address": ANN})
    assert ANN not in get(desk, f"/?account={other}")
    place = post(desk, "/people/audiences", account=other, name="Friends").headers["Location"]
    assert "Friends" in requests.get(place, timeout=10).text
    assert list(desk.mailchimp.hands(other).audiences().values()) == ["Friends"]
    post(desk, "/people/audiences", account="none", name="Nobody's")
    assert len(desk.hands.audiences()) == 1


def test_a_member_is_added_and_changed_by_the_form(desk: Desk) -> None:
    desk.people.add_field("LTV", "Value", "number")
    desk.people.add_field("SIZE", "Size", "dropdown", options={"choices": ["S", "M"]})
    category = desk.people.add_category("Wishes")
    tea = desk.people.add_interest(category, "Tea")
    form = entries(get(desk, f"/people/{desk.list}/new"))
    form |= {"email_address": ANN, "m-FNAME": "Ann", "m-LTV": "5", "m-SIZE": "M"}
    form |= {"m-ADDRESS.addr1": "1 High St", "m-ADDRESS.city": "York", "tags": "vip, Paris"}
    form |= {"interests": tea, "status": "pending"}
    place = post(desk, f"/people/{desk.list}/new", **form).headers["Location"]
    member = desk.get()
    assert place.endswith(member["contact_id"])
    assert member["status"] == "pending"
    values = member["merge_fields"]
    assert (values["FNAME"], values["LTV"], values["SIZE"]) == ("Ann", 5, "M")
    assert values["ADDRESS"]["addr1"] == "1 High St"
    assert [tag["name"] for tag in member["tags"]] == ["vip", "Paris"]
    assert member["interests"] == {tea: True}

    path = f"/people/{desk.list}/{member['contact_id']}"
    page = get(desk, path)
    assert 'value="vip, Paris"' in page and "selected>M<" in page
    moment = desk.clock.forward(minutes=1)
    post(desk, path, **{**entries(page), "m-SIZE": "M", "interests": tea})
    assert desk.get() == member
    form = {**entries(page), "m-FNAME": "Anna", "tags": "vip", "m-ADDRESS.addr1": ""}
    post(desk, path, **{**form, "m-ADDRESS.city": "", "m-SIZE": ""})
    changed = desk.get()
    assert (
        changed["merge_fields"] | {"FNAME": "Anna", "ADDRESS": "", "SIZE": "", "LTV": 5}
        == (changed["merge_fields"])
    )
    assert changed["interests"] == {tea: False}
    assert changed["last_changed"] == moment


def test_a_form_that_cannot_be_kept_says_why(desk: Desk) -> None:
    desk.people.add({"email_address": ANN})
    ben = desk.people.add({"email_address": "ben@example.com"})
    again = post(desk, f"/people/{desk.list}/new", 400, email_address=ANN, tags="vip")
    assert "holds this address already" in again.text and 'value="vip"' in again.text
    assert "needs an address" in post(desk, f"/people/{desk.list}/new", 400).text
    taken = post(desk, f"/people/{desk.list}/{ben}", 400, email_address=ANN)
    assert "another contact has it" in taken.text
    assert desk.get("ben@example.com")["contact_id"] == ben


def test_buttons_do_what_they_say(desk: Desk) -> None:
    id = desk.people.add({"email_address": ANN})
    path = f"/people/{desk.list}/{id}"
    for deed, status in (
        ("unsubscribe", "unsubscribed"),
        ("subscribe", "subscribed"),
        ("opt-out", "unsubscribed"),
        ("archive", "archived"),
        ("restore", "unsubscribed"),
        ("subscribe", "subscribed"),
        ("bounce", "cleaned"),
    ):
        assert f'{path}/{deed}"' in get(desk, path)
        post(desk, f"{path}/{deed}")
        assert desk.get()["status"] == status
        assert status in get(desk, path)
    post(desk, f"{path}/delete")
    assert desk.people.get(id) is None
    get(desk, path, 404)
    post(desk, f"{path}/delete", 404)
    post(desk, f"{path}/explode", 404)


def test_nothing_that_people_enter_is_taken_for_html(desk: Desk) -> None:
    desk.hands.rename_audience(desk.list, NASTY)
    category = desk.people.add_category(NASTY)
    desk.people.add_interest(category, NASTY)
    desk.people.add_field("NASTY", NASTY, "dropdown", options={"choices": [NASTY]})
    values = {"FNAME": NASTY, "NASTY": NASTY, "ADDRESS": NASTY}
    id = desk.people.add({"email_address": ANN, "merge_fields": values, "tags": [NASTY]})
    desk.people.unsubscribe(id, reason=NASTY)
    pages = [get(desk), get(desk, f"/?q={NASTY}"), get(desk, f"/people/{desk.list}/{id}")]
    pages.append(get(desk, f"/people/{desk.list}/new"))
    for page in pages:
        assert "<script" not in page
        assert not re.search(r'(?:src|href|action)="(?!http://127\.0\.0\.1:|data:,)', page)
    assert entries(pages[2])["m-FNAME"] == NASTY
