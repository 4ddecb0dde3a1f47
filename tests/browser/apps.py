"""The stand-ins, and people who have accounts there and consent to something."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import requests
from playwright.sync_api import Locator, Page

from connectors.sandbox.faults import Fault
from connectors.sandbox.sandbox import Sandbox

#: By app: somebody of this first name in the app's own JSON.
_WRITTEN: Mapping[str, Callable[[str, str], Mapping[str, Any]]] = {
    "contactually": lambda first, address: {
        "first_name": first,
        "last_name": "Maes",
        "email_addresses": [{"address": address}],
    },
    "google": lambda first, address: {
        "names": [{"givenName": first, "familyName": "Maes"}],
        "emailAddresses": [{"value": address}],
    },
    "mailchimp": lambda first, address: {
        "email_address": address,
        "merge_fields": {"FNAME": first, "LNAME": "Maes"},
    },
}


@dataclass(frozen=True)
class Owner:
    """Somebody who has an account at an app. ``hands``: what holds the contacts of it."""

    stand_in: Any
    account: str
    email: str
    name: str
    hands: Any

    def add(self, first: str, address: str = "") -> str:
        """A contact; returns its id there."""
        address = address or f"{first.lower()}@people.example"
        return str(self.hands.add(_WRITTEN[self.stand_in.name](first, address)))

    def token(self) -> str:
        """One of their own, as for the configuration file."""
        issued: str = self.stand_in.tokens.issue(self.account).access
        return issued

    def revoke(self) -> None:
        """In the app's settings: this person wants no other program in the account any more."""
        self.stand_in.tokens.revoke(self.account)


class Apps:
    """``url``: where all of them are."""

    def __init__(self, sandbox: Sandbox, url: str) -> None:
        self.url = url
        self._sandbox = sandbox

    def owner(self, app: str, name: str, *contacts: str) -> Owner:
        """Who has an account with these contacts in it, made here."""
        stand_in: Any = self._sandbox.apps[app]
        email = f"{name.split()[0].lower()}@owners.example"
        account = stand_in.open_account(email, name)
        hands = stand_in.hands(account)
        if app == "mailchimp":
            hands = hands.audience(hands.add_audience("Newsletter"))
        owner = Owner(stand_in, account, email, name, hands)
        for first in contacts:
            owner.add(first)
        return owner

    def turn(self, app: str, **switches: Any) -> None:
        """Oddities of signing in there (``OAuthQuirks``)."""
        oauth = self._sandbox.apps[app].oauth
        oauth.quirks = replace(oauth.quirks, **switches)

    def slow(self, app: str, path: str, seconds: float) -> None:
        """The next request there is answered so much later."""
        self._sandbox.order(app, Fault("slow", seconds=seconds, path=path))

    def label(self, app: str) -> str:
        return self._sandbox.apps[app].label


class Consent:
    """The page of an app on which its owner lets Accord in, or does not; afterwards what Accord
    says to it, if the window does not close."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def alert(self) -> Locator:
        return self.page.get_by_role("alert")

    def close(self) -> None:
        self.page.close()

    def choose(self, owner: Owner) -> Consent:
        self.page.get_by_role("radio", name=owner.name).check()
        return self

    def untick(self, scope: str) -> Consent:
        self.page.get_by_role("checkbox", name=scope).uncheck()
        return self

    def allow(self, wait: bool = True) -> None:
        """``wait``: until Accord has answered."""
        self.page.get_by_role("button", name="Allow").click(no_wait_after=not wait)

    def address_of_the_answer(self) -> str:
        """Where the app sends whoever allows it; this browser does not go there."""
        filled = self.page.locator("form").evaluate("form => [...new FormData(form)]")
        allowed = [*map(tuple, filled), ("answer", "allow")]
        answer = requests.post(self.page.url, allowed, allow_redirects=False, timeout=10)
        return answer.headers["Location"]

    def deny(self) -> None:
        self.page.get_by_role("button", name="Deny").click()
