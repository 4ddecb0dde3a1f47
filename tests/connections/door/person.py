"""Somebody at the desk whose pop-up is played with plain requests: the desk's pages by Django's
client, the app's by HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from connections.door.attempts import new_id
from connections.models import Account
from connectors.sandbox.sandbox import Sandbox
from tests.connections.leaving import way_out

CLIENT = ("accord-of-the-tests", "client-secret-of-the-tests")


def doors(sandbox: Sandbox, url: str) -> dict[str, str]:
    """The settings with which people authorise accounts at the stand-ins, served there."""
    for app in sandbox.apps.values():
        if app.oauth:
            app.oauth.register(*CLIENT, ["http://testserver/authorize/*"], "Accord")
    clients = {
        f"{app.upper()}_CLIENT_{word}": value
        for app in sandbox.apps
        for word, value in zip(("ID", "SECRET"), CLIENT, strict=True)
    }
    return clients | {
        "GOOGLE_AUTH_URL": f"{url}/google/o/oauth2/v2/auth",
        "MAILCHIMP_AUTH_URL": f"{url}/mailchimp/oauth2",
        "CONTACTUALLY_AUTH_URL": f"{url}/contactually/oauth2",
    }


@dataclass
class Person:
    client: Client
    user: User
    attempt: str = field(default_factory=new_id)

    def begin(self, app: str, account: Account | None = None, **fields: str) -> Any:
        """Press the button: the answer."""
        self.attempt = new_id()
        asked = {"app": app, "account": account.pk if account else "", "attempt": self.attempt}
        return self.client.post(reverse("door:begin"), {**asked, **fields})

    def sent_to(self, app: str, account: Account | None = None) -> str:
        """Press the button: the app's page."""
        return way_out(self.begin(app, account))

    def answer(self, page: str, **form: Any) -> str:
        """Say something on the app's page: where that sends the person back to."""
        sent = requests.post(page, form, timeout=5, allow_redirects=False)
        assert sent.status_code == 303, sent.text
        return sent.headers["Location"].removeprefix("http://testserver")

    def allow(self, app: str, email: str, account: Account | None = None, **form: Any) -> str:
        """As far as the address that the app sends back to."""
        page = self.sent_to(app, account)
        scopes = parse_qs(urlsplit(page).query).get("scope", [""])[0].split()
        return self.answer(page, **{"answer": "allow", "email": email, "scope": scopes, **form})

    def come_back(self, address: str) -> dict[str, str]:
        """What the page that opened the pop-up is told in the end."""
        answer = self.client.get(address)
        assert answer.status_code == 302, answer
        return self.told()

    def told(self) -> dict[str, str]:
        place = reverse("door:outcome", args=[self.attempt])
        told: dict[str, str] = self.client.get(place, headers={"Accept": "application/json"}).json()
        return told

    def authorise(
        self, app: str, email: str, account: Account | None = None, **form: Any
    ) -> dict[str, str]:
        return self.come_back(self.allow(app, email, account, **form))
