"""What accounts go through from the first authorisation on, played over HTTP."""

from __future__ import annotations

from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

import yaml
from django.urls import reverse

from connections.models import Account
from connectors.sandbox.faults import Fault
from connectors.sandbox.sandbox import Sandbox
from tests.connections.door.person import Person
from tests.stories.installation import InThisProcess, Said
from tests.stories.overhearing import Overheard

APPS = ["contactually", "google", "mailchimp"]
ADD = reverse("admin:connections_account_add")


class Life:
    """What accounts go through, over HTTP; ``said`` is what the commands said."""

    def __init__(
        self, boss: Person, sandbox: Sandbox, wire: Overheard, home: InThisProcess, settings: Any
    ) -> None:
        self.boss, self.sandbox, self.wire = boss, sandbox, wire
        self.home, self.settings = home, settings
        self.said: list[Said] = []
        self.shown: list[str] = []

    def goes_wrong(self, app: str) -> None:
        """Denied, with a code that is none, with a secret that the operator mistyped, begun and
        left, cut off in the middle."""
        boss = self.boss
        boss.come_back(boss.answer(boss.sent_to(app), answer="deny"))
        address = boss.allow(app, "ann@people.example")
        invented = token_hex(16)
        self.wire.note("code", invented)
        boss.come_back(
            f"{urlsplit(address).path}?code={invented}&state={boss.attempt}&scope=contacts"
        )
        name = f"{app.upper()}_CLIENT_SECRET"
        right = self.settings.CONNECTORS[name]
        self.settings.CONNECTORS = {**self.settings.CONNECTORS, name: token_hex(16)}
        assert boss.authorise(app, "ann@people.example")["state"] == "failed"
        self.settings.CONNECTORS = {**self.settings.CONNECTORS, name: right}
        address = boss.allow(app, "ann@people.example")
        self.sandbox.order(app, Fault("lost", path=self.sandbox.apps[app].oauth.rules.token))
        boss.come_back(address)
        assert boss.client.get(address)["Location"] == reverse("door:lost")
        self.shown.append(boss.client.get(reverse("door:lost")).content.decode())
        assert not Account.objects.filter(app=app).exists()

    def is_authorised(self, app: str, account: Account | None = None) -> Account:
        told = self.boss.authorise(app, "ann@people.example", account)
        assert told["state"] == "done", told
        page = self.boss.client.get(reverse("door:outcome", args=[self.boss.attempt]))
        self.shown += [str(told), page.content.decode()]
        return Account.objects.get(app=app, pk=told["url"].split("/")[-3])

    def is_entered_by_hand(self, app: str, credentials: dict[str, str]) -> None:
        """First mistyped in each, then right."""
        mistyped = {name: f"{token_hex(12)}-us1" for name in credentials}
        for entered in (mistyped, credentials):
            for name in entered.keys() - {"client_id"}:
                self.wire.note(name, entered[name])
            fields = {f"{app}__{name}": secret for name, secret in entered.items()}
            answer = self.boss.client.post(ADD, {"name": f"own {app}", "app": app, **fields})
            self.shown.append(answer.content.decode())
        assert Account.objects.filter(name=f"own {app}").exists(), answer.content.decode()

    def ended(self, app: str, how: str) -> None:
        """The app ends what it gave: ``expire`` or ``revoke``."""
        stand_in = self.sandbox.apps[app]
        getattr(stand_in.tokens, how)(stand_in.accounts.of("ann@people.example").id)

    def command(self, *arguments: str, status: int = 0) -> None:
        said = self.home.manage(*arguments)
        assert said.status == status, said
        self.said.append(said)

    @property
    def places(self) -> dict[str, str]:
        return {
            "what commands said": "".join(said.out + said.err for said in self.said),
            "what pages said": "".join(self.shown),
        }


def live(life: Life) -> None:
    sandbox = life.sandbox
    people = sandbox.apps["mailchimp"].open_account("ann@people.example", "Ann")
    sandbox.apps["mailchimp"].hands(people).add_audience("Readers")
    for app in APPS:
        life.goes_wrong(app)
        account = life.is_authorised(app)
        Account.objects.filter(pk=account.pk).update(name=app)
        life.is_authorised(app, account)
    for app, credentials in _of_somebody_else(sandbox).items():
        life.is_entered_by_hand(app, credentials)

    life.said.append(life.home.load(_configuration()))
    assert life.said[-1].status == 0, life.said
    names = ("phone to list", "phone to crm")
    for name in names:
        life.command("sync", name, "--preview", "--json")
        life.command("sync", name)
    for app in ("contactually", "google"):
        life.ended(app, "expire")
    for name in names:
        life.command("sync", name, "--json")
    for app in APPS:
        life.ended(app, "revoke")
    for name in names:
        life.command("sync", name, status=2)
    for app in APPS:
        life.command("fields", app, status=2)
        life.is_authorised(app, Account.objects.get(name=app))

    for arguments in (
        ("audit", names[0]), ("audit", names[0], "--json"), ("audit", names[0], "--csv"),
        ("fields", "google"), ("fields", "mailchimp", "--json"), ("dumpconfig",),
        ("rotatekeys",), ("dumpdata",),
    ):  # fmt: skip
        life.command(*arguments)
    life.command("explain", names[0], "ann@people.example", status=2)
    life.said.append(life.home.load(_wrong_configuration(life.wire)))
    assert life.said[-1].status != 0


def _of_somebody_else(sandbox: Sandbox) -> dict[str, dict[str, str]]:
    """Credentials as people copy them from an app's settings."""
    google = sandbox.apps["google"]
    google.oauth.register("own-client", own := token_hex(16), [], "Own")
    bob = google.open_account("bob@people.example", "Bob")
    grant = google.tokens.issue(
        bob, "https://www.googleapis.com/auth/contacts", 3600, True, client="own-client"
    )
    copied = {app: f"{token_hex(16)}-us1" for app in ("contactually", "mailchimp")}
    for app, token in copied.items():
        sandbox.apps[app].open_account("bob@people.example", "Bob", token)
    return {
        "google": {"refresh_token": grant.refresh, "client_id": "own-client", "client_secret": own},
        "contactually": {"access_token": copied["contactually"]},
        "mailchimp": {"api_key": copied["mailchimp"]},
    }


def _configuration() -> str:
    def connection(name: str, a: str, b: str) -> dict[str, Any]:
        sides: dict[str, Any] = {"a": {"account": a}, "b": {"account": b}}
        return {"name": name, **sides, "state": "active", "new_status": "subscribed"}

    joined = [
        connection("phone to list", "google", "mailchimp"),
        connection("phone to crm", "google", "contactually"),
    ]
    del joined[1]["new_status"]
    return yaml.safe_dump({"connections": joined}, sort_keys=False)


def _wrong_configuration(wire: Overheard) -> str:
    """With the secrets literally where they do and do not belong."""
    (*_, token), (*_, secret) = wire.called("refresh_token"), wire.called("client_secret")
    credentials = {"refresh_token": token, "client_id": "own-client", "client_secret": secret}
    odd = {"api_key": token, "password": secret, "url": secret}
    return yaml.safe_dump(
        {
            "accounts": [
                {"name": "again", "app": "google", "credentials": {**credentials, "extra": token}},
                {"name": "mailchimp", "app": "mailchimp", "credentials": odd},
                {"name": "third", "app": "mailchimp", "credentials": secret},
                {"name": "fourth", "app": "contactually", "credentials": {"access_token": [token]}},
            ]
        }
    )
