"""An account that its app refuses stops its own connections only; one authorisation, and they go on
where they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from connections.models import Account, Connection, Container, Record
from connectors.sandbox.faults import Fault
from connectors.sandbox.sandbox import Sandbox
from sync.models import Run, SyncRecord
from sync.run import perform
from tests.connections.door.person import Person, doors
from tests.stories.town import Place, Town

APPS = ["contactually", "google", "mailchimp"]


@pytest.fixture
def boss(town: Town, sandbox: Sandbox, settings: Any) -> Person:
    url = settings.CONNECTORS["GOOGLE_API_URL"].removesuffix("/google")
    settings.CONNECTORS = {**settings.CONNECTORS, **doors(sandbox, url)}
    client = Client()
    user = User.objects.create_superuser("boss")
    client.force_login(user)
    return Person(client, user)


def standing() -> tuple[Any, ...]:
    """What must outlive the trouble: pairs, what is known of the contacts, how far we have read."""
    return (
        list(SyncRecord.objects.order_by("pk").values_list("pk", "a__remote_id", "b__remote_id")),
        list(Record.objects.order_by("pk").values_list("pk", "remote_id", "gone_at")),
        list(Container.objects.order_by("pk").values_list("pk", "remote_id", "cursor")),
    )


def owner(sandbox: Sandbox, app: str) -> tuple[str, str]:
    """Id and address of the person whose account it is."""
    (account,) = sandbox.apps[app].accounts.all()
    return account.id, account.email


@pytest.mark.parametrize("app", APPS)
def test_a_revoked_account_stops_its_connection_until_it_is_authorised_again(
    town: Town, sandbox: Sandbox, place_of: Callable[[str], Place], boss: Person, app: str
) -> None:
    here, there = place_of(app), place_of("memory")
    here.add("Ann")
    there.add("Bob")
    town.join(here, there)
    town.sync()
    town.assert_quiet()
    account, before = Account.objects.get(name=app), standing()
    id, email = owner(sandbox, app)
    sandbox.apps[app].tokens.revoke(id)

    there.add("Cleo")
    refused = town.sync()
    account.refresh_from_db()
    assert refused.state == Run.State.REFUSED
    assert account.attention == refused.why
    assert standing()[2][:1] == before[2][:1]

    assert boss.authorise(app, email, account)["state"] == "done"
    account.refresh_from_db()
    assert account.attention == ""
    # It goes on by itself, and at once.
    waiting = Run.objects.get(finished_at=None)
    town.clock.tick(900)
    assert perform(waiting.pk, host=town.host).state == Run.State.DONE
    for kept, now in zip(before[:2], standing()[:2], strict=True):
        assert set(kept) <= set(now)
    (token,) = here.credentials.values()
    sandbox.apps[app].tokens.issue(id, access=token)  # for the look that follows
    assert here.names() == there.names() == ["Ann Maes", "Bob Maes", "Cleo Maes"]
    town.assert_quiet()


def test_other_connections_go_on(
    town: Town, sandbox: Sandbox, place_of: Callable[[str], Place]
) -> None:
    phone, crm, book = place_of("google"), place_of("contactually"), place_of("memory")
    town.join(phone, book, "broken")
    town.join(crm, book, "whole")
    for name in ("broken", "whole"):
        town.sync(name)
    sandbox.apps["google"].tokens.revoke(owner(sandbox, "google")[0])
    crm.add("Ann")
    assert town.sync("broken").state == Run.State.REFUSED
    assert town.sync("whole").state == Run.State.DONE
    assert book.names() == ["Ann Maes"]
    assert not Connection.objects.exclude(attention="").exists()


def test_an_account_that_is_not_paid_for_needs_attention_itself(
    town: Town, sandbox: Sandbox, place_of: Callable[[str], Place]
) -> None:
    """402: a new token would not help, and every connection of the account stands still."""
    crm, book = place_of("contactually"), place_of("memory")
    town.join(crm, book)
    town.sync()
    sandbox.order("contactually", Fault("status", 402, times=-1))
    refused = town.sync()
    assert (refused.state, "not paid for (402)" in refused.why) == (Run.State.REFUSED, True)
    assert Account.objects.get(name="contactually").attention == refused.why
    sandbox.apps["contactually"].faults.clear()
    assert town.sync().state == Run.State.DONE
    assert Account.objects.get(name="contactually").attention == ""


def test_an_account_that_comes_back_as_somebody_else_writes_nothing(
    town: Town, sandbox: Sandbox, place_of: Callable[[str], Place], boss: Person
) -> None:
    phone, book = place_of("google"), place_of("memory")
    phone.add("Ann")
    town.join(phone, book)
    town.sync()
    account = Account.objects.get(name="google")
    told = boss.authorise("google", "stranger@people.example", account)
    assert told["state"] == "failed"
    assert not Run.objects.filter(finished_at=None).exists()
    town.assert_quiet()
    assert sandbox.apps["google"].accounts.of("stranger@people.example") is not None
