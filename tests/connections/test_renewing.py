"""What an app renews is fetched by one process at a time, and nothing of it is lost."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from connections.accounts import open_account, world
from connections.authorise import ask, keep
from connections.models import Account
from connections.renewing import HELD, PATIENCE, Renewed
from connections.vault import seal, unseal
from connectors.connector import World
from connectors.errors import SignInAgain, TryAgain
from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import serving
from tests.stories.town import urls

CLIENT = {"client_id": "accord", "client_secret": "secret"}


class Watch:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.time = timezone.now()

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def slow(watch: Watch) -> World:
    return replace(world(), now=watch.now, sleep=watch.sleep)


@pytest.fixture
def google(settings: Any) -> Iterator[Sandbox]:
    """Gives a new refresh token at each renewal; the one before is dead then."""
    with closing(Sandbox(apps=["google"])) as sandbox, serving(sandbox) as server:
        settings.CONNECTORS = {**settings.CONNECTORS, **urls(server.url)}
        oauth = sandbox.apps["google"].oauth
        oauth.register(*CLIENT.values(), [], "Accord")
        oauth.quirks = replace(oauth.quirks, rotates=True)
        yield sandbox


def account_at(sandbox: Sandbox) -> Account:
    """One with a refresh token only."""
    app = sandbox.apps["google"]
    me = app.open_account("ann@people.example", "Ann")
    scope = "https://www.googleapis.com/auth/contacts"
    grant = app.tokens.issue(me, scope, 3600, True, client=CLIENT["client_id"])
    sealed = seal({**CLIENT, "refresh_token": grant.refresh})
    return Account.objects.create(name="ann", app="google", sealed=sealed)


def renewals(sandbox: Sandbox) -> int:
    return sum(call.path == "/token" for call in sandbox.calls)


def test_who_was_opened_before_another_renewed_uses_what_that_one_got(
    db: None, google: Sandbox
) -> None:
    account = account_at(google)
    with closing(open_account(account)) as one, closing(open_account(account)) as two:
        assert one.identity() == two.identity()
    assert renewals(google) == 1


def test_a_token_that_is_refused_is_renewed_by_the_first_only(db: None, google: Sandbox) -> None:
    account = account_at(google)
    with closing(open_account(account)) as one, closing(open_account(account)) as two:
        one.identity()
        two.identity()
        google.apps["google"].tokens.expire(google.apps["google"].accounts.all()[0].id)
        one.identity()
        two.identity()
    assert renewals(google) == 2


def test_many_at_once_ask_the_app_once(transactional_db: None, google: Sandbox) -> None:
    account = account_at(google)
    together = Barrier(4)

    def signed_in(_: int) -> str:
        try:
            with closing(open_account(Account.objects.get(pk=account.pk))) as connector:
                together.wait(10)
                return connector.identity().id
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(signed_in, range(4)))) == 1
    assert renewals(google) == 1
    account.refresh_from_db()
    assert (account.renewing_by, account.renewing_until) == ("", None)


def test_who_was_killed_while_renewing_is_waited_for_and_then_passed(
    db: None, slow: World, watch: Watch
) -> None:
    account = Account.objects.create(name="ann", app="memory", sealed=seal({"name": "ann"}))
    killed = Renewed(account.pk, account.sealed, slow).alone()
    killed.__enter__()
    began = watch.now()
    with pytest.raises(TryAgain, match="Another process"), _alone(account, slow):
        pass
    assert watch.now() - began == timedelta(seconds=PATIENCE)
    watch.time = began + HELD
    with _alone(account, slow) as stored:
        assert stored == {}
    killed.__exit__(None, None, None)


def test_what_goes_wrong_ends_the_wait_of_others(db: None, google: Sandbox) -> None:
    account = account_at(google)
    google.apps["google"].tokens.revoke(google.apps["google"].accounts.all()[0].id)
    for _ in range(2):
        with pytest.raises(SignInAgain), closing(open_account(account)) as connector:
            connector.identity()
    account.refresh_from_db()
    assert (account.renewing_by, account.renewing_until, account.renewed) == ("", None, "")


def test_who_ends_late_does_not_free_what_another_has_taken(
    db: None, slow: World, watch: Watch
) -> None:
    account = Account.objects.create(name="ann", app="memory", sealed=seal({"name": "ann"}))
    with _alone(account, slow):
        watch.time += HELD
        taken = _alone(account, slow)
        taken.__enter__()
    account.refresh_from_db()
    assert account.renewing_by
    taken.__exit__(None, None, None)


def test_credentials_entered_meanwhile_are_not_touched(db: None, slow: World) -> None:
    account = Account.objects.create(name="ann", app="memory", sealed=seal({"name": "ann"}))
    earlier = Renewed(account.pk, account.sealed, slow)
    with earlier.alone():
        entered = {"name": "ann", "more": ""}
        keep(account, entered, ask(account, entered))
        earlier.keep({"name": "bob"})
    account.refresh_from_db()
    assert (account.renewed, unseal(account.sealed)) == ("", entered)


def test_what_others_write_into_the_row_meanwhile_stays(db: None, slow: World) -> None:
    account = Account.objects.create(name="ann", app="memory", sealed=seal({"name": "ann"}))
    shown = Account.objects.get(pk=account.pk)
    with _alone(account, slow):
        Account.objects.update(name="anna")
        keep(shown, {"name": "ann"}, ask(shown, {"name": "ann"}))
        account.refresh_from_db()
        assert account.renewing_by
        assert account.name == "anna"


def _alone(account: Account, at: World) -> Any:
    return Renewed(account.pk, account.sealed, at).alone()
