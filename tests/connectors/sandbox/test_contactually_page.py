"""The page where people edit their contacts, without a browser: links and forms as they stand."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from connectors.sandbox.faults import Fault
from tests.connectors.sandbox.contactually_crm import Crm, open_crm


@pytest.fixture
def crm() -> Iterator[Crm]:
    with open_crm() as crm:
        yield crm


class Forms(HTMLParser):
    """The forms of a page as a browser would send them untouched."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, str, dict[str, list[str]]]] = []
        self.ids: list[str] = []
        self._area = self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append((given["action"], given["method"], {}))
        if not self.forms:
            return
        fields = self.forms[-1][2]
        if tag == "input" and given.get("type") in ("checkbox", "radio"):
            if "checked" in given:
                fields.setdefault(given["name"], []).append(given["value"])
        elif tag == "input" and "name" in given:
            fields.setdefault(given["name"], []).append(given.get("value", ""))
        elif tag == "textarea":
            self._area = given["name"]
            fields[self._area] = [""]
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and (self._select not in fields or "selected" in given):
            fields[self._select] = [given["value"]]

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1][2][self._area][0] += data

    def handle_endtag(self, tag: str) -> None:
        self._area = "" if tag == "textarea" else self._area

    def to(self, end: str) -> dict[str, Any]:
        """The fields of the form whose address ends so."""
        return next(
            dict(fields) for action, _, fields in self.forms if urlsplit(action).path.endswith(end)
        )


def opened(crm: Crm, path: str, **query: str) -> requests.Response:
    return crm.session.get(f"{crm.home}{path}", params=query)


def sent(crm: Crm, path: str, fields: dict[str, Any], **query: str) -> requests.Response:
    """After the redirect."""
    answer = crm.session.post(f"{crm.home}{path}", data=fields, params=query, allow_redirects=False)
    assert answer.status_code == 303, answer.text
    return crm.session.get(answer.headers["Location"])


def test_nobody_has_an_account_at_first() -> None:
    with open_crm() as crm:
        crm.sandbox.store.remove("contactually/account of a person", crm.account)
        page = opened(crm, "/")
        assert (page.status_code, "Nobody has an account yet" in page.text) == (200, True)


def test_the_list_shows_and_finds_contacts_of_the_account_that_is_signed_in(crm: Crm) -> None:
    bucket = crm.hands.add_bucket("Clients")
    crm.hands.add(
        {
            "first_name": "Ada",
            "last_name": "Example",
            "email_addresses": [{"address": "ada@x.org"}],
            "phone_numbers": [{"number": "+32 2 555"}],
            "tags": ["Newsletter"],
            "bucket_ids": [bucket],
        }
    )
    crm.hands.add({"company": "Example Ltd"})
    lee = crm.app.open_account("lee@example.com")
    crm.app.hands(lee).add({"first_name": "Theirs"})
    page = opened(crm, "/").text
    for text in ("Ada Example", "ada@x.org", "+32 2 555", "Newsletter", "Clients", "Example Ltd"):
        assert text in page
    assert "Theirs" not in page
    assert "Theirs" in opened(crm, "/", account="lee@example.com").text
    assert "Ada Example" not in opened(crm, "/", q="ltd").text
    assert "Ada Example" in opened(crm, "/", q="ADA@X").text
    assert "Nobody is found" in opened(crm, "/", q="zzz").text
    assert opened(crm, "/", account="user_99").status_code == 404


def test_the_list_goes_on_over_several_pages(crm: Crm) -> None:
    for number in range(120):
        crm.hands.add({"first_name": f"N{number:03}"})
    first, last = opened(crm, "/").text, opened(crm, "/", start="100").text
    assert "N049" in first
    assert "N050" not in first
    assert "start=50" in first
    assert "N119" in last
    assert "start=150" not in last


def test_a_contact_is_added_edited_and_deleted_by_forms(crm: Crm) -> None:
    bucket = crm.hands.add_bucket("Clients")
    size = crm.hands.define_field("Size", "dropdown", ["S", "L"])
    wants = crm.hands.define_field("Wants mail", "boolean")
    score = crm.hands.define_field("Score", "decimal")
    fields = Forms(opened(crm, "/people/new").text).to("/people/new")
    fields |= {
        "first_name": "Zoë",
        "email_addresses.0.label": "Work",
        "email_addresses.0.address": "zoe@x.org",
        "addresses.0.city": "Ghent",
        "new_tag": "Client",
        "bucket": [bucket],
        f"field.{size}": "L",
        f"field.{wants}": "false",
        f"field.{score}": "about 7",
    }
    page = sent(crm, "/people/new", fields, account=crm.account)
    assert "Saved." in page.text
    [made] = crm.get("/contacts")
    assert (made["first_name"], made["last_name"], made["tags"]) == ("Zoë", None, ["Client"])
    assert made["addresses"][0]["city"] == "Ghent"
    assert [item["value"] for item in made["custom_fields"]] == ["L", False, "about 7"]
    assert made["extra_data"]["buckets"][0]["name"] == "Clients"

    crm.clock.go(60)
    path = f"/people/{made['id']}"
    same = Forms(page.text).to(path)
    sent(crm, path, same, account=crm.account)
    assert crm.get(f"/contacts/{made['id']}") == made

    fields = {**same, "email_addresses.0.address": "new@x.org", f"field.{score}": "7.5"}
    del fields["tag"]
    sent(crm, path, fields, account=crm.account)
    changed = crm.get(f"/contacts/{made['id']}")
    assert changed["email_addresses"] == [{**made["email_addresses"][0], "address": "new@x.org"}]
    assert (changed["tags"], changed["custom_fields"][2]["value"]) == ([], 7.5)
    assert changed["updated_at"] == "2026-11-23T12:01:00Z"

    page = sent(crm, f"{path}/delete", {}, account=crm.account)
    assert "The contact is deleted." in page.text
    assert crm.get("/contacts") == []


def test_more_than_ten_entries_of_a_list_keep_their_order(crm: Crm) -> None:
    numbers = [{"number": str(number)} for number in range(12)]
    id = crm.hands.add({"phone_numbers": numbers})
    before = crm.hands.get(id)
    sent(crm, f"/people/{id}", Forms(opened(crm, f"/people/{id}").text).to(id))
    assert crm.hands.get(id) == before


def test_what_the_form_does_not_show_survives_it(crm: Crm) -> None:
    field = crm.hands.define_field("Size", "dropdown", ["S"])
    remarks = crm.hands.define_field("Remarks", "textarea")
    record = {
        "external_id": "x-1",
        "avatar_url": "https://x.org/a.png",
        "title": " A & B <i> ",
        "custom_fields": [
            {"field": {"id": field}, "value": "XL"},
            {"field": {"id": remarks}, "value": "two\nlines"},
        ],
    }
    id = crm.hands.add(record)
    before = crm.hands.get(id)
    sent(crm, f"/people/{id}", Forms(opened(crm, f"/people/{id}").text).to(id))
    assert crm.hands.get(id) == before


def test_contacts_go_to_the_archive_and_come_back(crm: Crm) -> None:
    id = crm.hands.add({"first_name": "Ada"})
    page = sent(crm, f"/people/{id}/archive", {}, account=crm.account)
    assert "in the archive" in page.text
    assert "Ada" not in opened(crm, "/").text
    assert "Ada" in opened(crm, "/", archived="1").text
    sent(crm, f"/people/{id}/restore", {}, account=crm.account)
    assert crm.listed() == ["Ada"]


def test_tags_buckets_and_fields_are_named_and_removed(crm: Crm) -> None:
    def change(**fields: str) -> str:
        return sent(crm, "/people/labels", fields, account=crm.account).text

    change(word="tag", name="Client")
    change(word="bucket", name="Clients")
    page = change(word="field", name="Size", type="dropdown", options="S, L,")
    assert all(text in page for text in ("Client", "Clients", "Size (choice)"))
    assert crm.hands.definitions()[0]["dropdown_options"] == ["S", "L"]
    change(word="tag", name=" ")
    change(word="nonsense", id="tag_1")
    assert (len(crm.hands.tags()), len(crm.hands.buckets())) == (1, 1)
    for word, id in (("tag", "tag_1"), ("bucket", "bucket_1"), ("field", "custom_field_1")):
        change(word=word, id=id)
    assert (crm.hands.tags(), crm.hands.buckets(), crm.hands.fields()) == ({}, {}, {})


def test_what_people_hold_is_escaped_everywhere(crm: Crm) -> None:
    evil = '"><script>alert(1)</script>'
    bucket, field = crm.hands.add_bucket(evil), crm.hands.define_field(evil, "dropdown", [evil])
    id = crm.hands.add(
        {
            "first_name": evil,
            "company": evil,
            "tags": [evil],
            "bucket_ids": [bucket],
            "email_addresses": [{"label": evil, "address": evil}],
            "phone_numbers": [{"number": evil}],
            "custom_fields": [{"field": {"id": field}, "value": evil}],
        }
    )
    crm.hands.note(id, evil)
    for path in ("/", f"/people/{id}", "/people/labels", "/people/new", f"/people/{evil}"):
        page = opened(crm, path, q=evil if path == "/" else "", account=crm.account)
        assert "<script" not in page.text


def test_who_is_not_there_is_said_to_be_missing(crm: Crm) -> None:
    for path in ("/people/contact_9", "/people/labelz"):
        page = opened(crm, path)
        assert (page.status_code, "could not be found" in page.text) == (404, True)
    answer = crm.session.post(f"{crm.home}/people/contact_9/delete")
    assert answer.status_code == 404


def test_pages_need_no_token_and_are_no_calls(crm: Crm) -> None:
    crm.turn(requests_per_minute=1)
    crm.sandbox.order("contactually", Fault("status", status=500))
    for _ in range(3):
        page = opened(crm, "/")
        assert page.status_code == 200
        assert "X-Rate-Limit-Limit" not in page.headers
    assert crm.sandbox.calls == []


def test_all_links_stay_with_the_account(crm: Crm) -> None:
    lee = crm.app.open_account("lee@example.com")
    id = crm.app.hands(lee).add({"first_name": "Theirs"})
    for path in ("/", f"/people/{id}", "/people/labels", "/people/new"):
        for action, method, fields in Forms(opened(crm, path, account=lee).text).forms:
            told = parse_qs(urlsplit(action).query).get("account", fields.get("account", []))
            assert told == [lee], (path, method, action)
