"""Webhooks of Mailchimp: registered and removed there by us, and heard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection as database
from django.test import Client

from connections.models import Connection, Container, Hook
from connectors.sandbox.sandbox import Sandbox
from sync.models import Planned
from sync.run import perform
from sync.watch.due import queue_due
from sync.watch.hooks import tend
from tests.stories.town import Place, Town

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.sqlite_only,
    pytest.mark.usefixtures("judged"),
]
HOME = "https://accord.example.org"


class Doorstep:
    """How the stand-in reaches us: without a network. ``is_shut``: nobody answers."""

    def __init__(self) -> None:
        self.is_shut = False
        self.answers: list[int] = []

    def __call__(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        if self.is_shut or not url.startswith(HOME):
            return 0
        try:
            answer = Client(headers=dict(headers)).generic(
                method, url.removeprefix(HOME), body, "application/x-www-form-urlencoded"
            )
        finally:
            database.close()  # of the stand-in's thread
        self.answers.append(answer.status_code)
        return int(answer.status_code)


@pytest.fixture
def doorstep(
    sandbox: Sandbox, settings: Any, town: Town, monkeypatch: pytest.MonkeyPatch
) -> Doorstep:
    settings.PUBLIC_URL = HOME
    settings.SECURE_SSL_REDIRECT = False
    settings.ALLOWED_HOSTS = ["testserver"]
    monkeypatch.setattr("sync.desk.hooked.timezone.now", town.clock.now)
    monkeypatch.setattr("connections.accounts.timezone.now", town.clock.now)
    found = Doorstep()
    app: Any = sandbox.apps["mailchimp"]
    app.reach = found
    return found


@pytest.fixture
def sides(place_of: Callable[[str], Place], town: Town) -> tuple[Place, Place]:
    a, b = place_of("memory"), place_of("mailchimp")
    b.add("Ann")
    town.join(a, b)
    town.sync()
    town.assert_quiet()
    return a, b


def hooks_there(b: Place, sandbox: Sandbox) -> list[Any]:
    return sandbox.apps["mailchimp"].store.all(f"mailchimp/hooks/{b.partner.container}")


@pytest.mark.parametrize("signs", [False, True])
def test_a_change_by_hand_is_told_and_read_at_once(
    town: Town, sides: tuple[Place, Place], sandbox: Sandbox, doorstep: Doorstep, signs: bool
) -> None:
    a, b = sides
    app: Any = sandbox.apps["mailchimp"]
    app.quirks = replace(app.quirks, signs_hooks=signs)
    tend(town.clock.now())
    tend(town.clock.now())
    [hook] = hooks_there(b, sandbox)
    assert hook["sources"] == {"user": True, "admin": True, "api": False}
    assert doorstep.answers == [200], "it was asked once whether somebody is there"
    row = Hook.objects.get()
    assert (row.on, bool(row.sealed)) == (True, signs)
    assert hook["url"].rstrip("/").rpartition("/")[2] not in (row.digest, row.sealed)
    b.partner.edit(b.id("Ann"), {"last_name": "Claes"})
    assert app.deliver() == 1
    town.clock.tick(31)
    [run] = queue_due(town.clock.now())
    Container.objects.update(catalogue_at=town.clock.now())
    assert perform(run.pk, host=town.host).state == "done"
    assert a.names() == ["Ann Claes"]
    a.partner.edit(a.id("Ann"), {"last_name": "Maes"})
    town.sync()
    assert app.deliver() == 0, "what we write ourselves is told to nobody"
    assert queue_due(town.clock.now()) == []


def test_it_is_removed_when_nobody_needs_it(
    town: Town, sides: tuple[Place, Place], sandbox: Sandbox, doorstep: Doorstep, capsys: Any
) -> None:
    _, b = sides
    call_command("webhooks")
    assert capsys.readouterr().out.endswith(": on\n")
    Connection.objects.update(state="paused")
    tend(town.clock.now())
    assert (hooks_there(b, sandbox), Hook.objects.count()) == ([], 0)
    Connection.objects.update(state="active")
    tend(town.clock.now())
    call_command("webhooks", "--remove")
    assert (hooks_there(b, sandbox), Hook.objects.count()) == ([], 0)


def test_another_public_url_takes_the_place_of_the_former(
    town: Town, sides: tuple[Place, Place], sandbox: Sandbox, doorstep: Doorstep, settings: Any
) -> None:
    _, b = sides
    tend(town.clock.now())
    first = hooks_there(b, sandbox)[0]["url"]
    Hook.objects.update(home="https://elsewhere.example.org/hooks/")
    tend(town.clock.now())
    [hook] = hooks_there(b, sandbox)
    assert hook["url"] != first


def test_where_we_cannot_be_reached_it_is_said_and_tried_again_the_next_day(
    town: Town, sides: tuple[Place, Place], sandbox: Sandbox, doorstep: Doorstep
) -> None:
    _, b = sides
    doorstep.is_shut = True
    tend(town.clock.now())
    row = Hook.objects.get()
    assert (row.on, "reach PUBLIC_URL from the internet" in row.why) == (False, True)
    doorstep.is_shut = False
    town.clock.tick(3600)
    tend(town.clock.now())
    assert hooks_there(b, sandbox) == []
    town.clock.tick(24 * 3600)
    tend(town.clock.now())
    assert len(hooks_there(b, sandbox)) == 1


def test_posts_that_are_lost_lose_nothing(
    town: Town, sides: tuple[Place, Place], sandbox: Sandbox, doorstep: Doorstep
) -> None:
    a, b = sides
    tend(town.clock.now())
    doorstep.is_shut = True
    app: Any = sandbox.apps["mailchimp"]
    b.partner.edit(b.id("Ann"), {"last_name": "Claes"})
    assert app.deliver() == 0
    assert Planned.objects.get().told_at is None
    town.sync()
    assert a.names() == ["Ann Claes"]
