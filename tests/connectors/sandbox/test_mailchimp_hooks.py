"""Webhooks of the stand-in, registered by Mailchimp's own client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.connectors.sandbox.mailchimp_desk import ANN, Desk, opened, refused

URL = "https://accord.example.org/hooks/secret/"
EVERYTHING = {
    "events": dict.fromkeys(("subscribe", "unsubscribe", "profile", "cleaned", "upemail"), True),
    "sources": {"user": True, "admin": True, "api": False},
}


class Heard:
    """Who answers at the address, with this status."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.calls: list[tuple[str, str]] = []
        self.posts: list[dict[str, list[str]]] = []

    def __call__(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        self.calls.append((method, url))
        if method == "POST":
            self.posts.append(parse_qs(body.decode()))
        return self.status

    def events(self) -> list[str]:
        return [post["type"][0] for post in self.posts]


def hooked(desk: Desk, heard: Heard) -> Any:
    app: Any = desk.sandbox.apps["mailchimp"]
    app.reach = heard
    return app, desk.lists.create_list_webhook(desk.list, {"url": URL, **EVERYTHING})


def test_what_people_do_by_hand_is_told_and_nothing_else() -> None:
    heard = Heard()
    with opened() as desk:
        app, made = hooked(desk, heard)
        assert heard.calls == [("GET", URL)]
        assert desk.lists.get_list_webhooks(desk.list)["total_items"] == 1
        assert "signing_secret" not in made
        desk.add()  # by the API
        hands = desk.people
        hands.tag(ANN, "vip")
        hands.edit(ANN, {"merge_fields": {"FNAME": "Anna"}})
        hands.edit(ANN, {"email_address": "anna@example.com"})
        hands.unsubscribe("anna@example.com")
        hands.subscribe("anna@example.com")
        hands.clean("anna@example.com")
        hands.delete("anna@example.com")
        told = ["profile", "upemail", "profile", "unsubscribe", "subscribe", "cleaned"]
        assert app.deliver() == 7
        assert heard.events() == [*told, "unsubscribe"]
        assert heard.posts[-1]["data[action]"] == ["delete"]
        desk.lists.delete_list_webhook(desk.list, made["id"])
        hands.add({"email_address": "bob@example.com"})
        assert app.deliver() == 0


@pytest.mark.parametrize("status", [0, 404, 500])
def test_an_address_that_does_not_answer_is_refused(status: int) -> None:
    with opened() as desk:
        assert "verify that URL" in refused(hooked, desk, Heard(status)).detail


def test_an_address_is_registered_once() -> None:
    with opened() as desk:
        hooked(desk, Heard())
        assert "multiple WebHooks" in refused(hooked, desk, Heard()).detail
