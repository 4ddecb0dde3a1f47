"""How staff let Accord into accounts, each app as its people see it: in a pop-up with the app's
own page of consent."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from connections.models import Account
from sync.models import Run
from tests.browser.apps import Apps
from tests.browser.conftest import SitDown
from tests.browser.staff import AGAIN, CONNECTED
from tests.browser.syncing import (
    connected,
    cursor_of,
    in_phonebook,
    links_of,
    names_in,
    row_of,
    synced,
    wrote,
)

pytestmark = [pytest.mark.partner("chromium"), pytest.mark.sqlite_only]

APPS = ("contactually", "google", "mailchimp")


@pytest.mark.parametrize("app", APPS)
def test_who_denies_changes_nothing_and_who_allows_connects_an_account_for_all_staff(
    sit_down: SitDown, apps: Apps, app: str
) -> None:
    ann = apps.owner(app, "Ann Maes", "Zoe", "Yves")
    bea = apps.owner(app, "Bea Claes", "Xena")
    boss = sit_down()

    boss.go_to_new_account(app)
    popup = boss.press_authorize(app).choose(ann)
    popup.deny()
    for told in (boss.status, popup.alert):
        expect(told).to_contain_text(f"Access was denied at {apps.label(app)}.")
        expect(told).to_contain_text("authorise again and allow the access")
    popup.close()
    assert not Account.objects.exists()

    boss.press_authorize(app).choose(ann).allow()
    boss.expect_account(CONNECTED)
    first = Account.objects.get()
    assert names_in(first) == ["Yves Maes", "Zoe Maes"]
    assert first.authorised_by == User.objects.get(username="boss")

    colleague = sit_down("colleague")
    colleague.go_to_new_account(app)
    assert colleague.is_offered_before(first.name, f"Authorize at {apps.label(app)}…")
    colleague.press_authorize(app).choose(ann).allow()
    colleague.expect_account(AGAIN)
    assert list(Account.objects.all()) == [first]

    colleague.go_to_new_account(app)
    colleague.press_authorize(app).choose(bea).allow()
    colleague.expect_account(CONNECTED)
    second = Account.objects.exclude(pk=first.pk).get()
    first.refresh_from_db()
    assert (names_in(first), names_in(second)) == (["Yves Maes", "Zoe Maes"], ["Xena Maes"])


@pytest.mark.parametrize("app", APPS)
def test_an_account_that_was_revoked_is_authorised_again_and_its_syncs_go_on(
    sit_down: SitDown, apps: Apps, app: str
) -> None:
    ann = apps.owner(app, "Ann Maes", "Zoe", "Yves")
    bea = apps.owner(app, "Bea Claes", "Xena")
    boss = sit_down()
    boss.go_to_new_account(app)
    boss.press_authorize(app).choose(ann).allow()
    boss.expect_account(CONNECTED)
    account = Account.objects.get()
    connection = connected(account)
    assert [synced(connection).state for _ in range(2)] == [Run.State.DONE, Run.State.DONE]
    links, cursor = links_of(connection), cursor_of(connection)
    assert [title for _, title in links] == ["Yves Maes", "Zoe Maes"]

    ann.revoke()
    ann.add("Wim")
    assert synced(connection).state == Run.State.REFUSED
    account.refresh_from_db()
    assert account.attention
    boss.page.reload()
    boss.expect_text(account.attention)

    stored = row_of(account)
    popup = boss.press_authorize_again().choose(bea)
    popup.allow()
    for told in (boss.status, popup.alert):
        expect(told).to_contain_text(f"Account {account} was ")
        expect(told).to_contain_text(" and now signs in as ")
    popup.close()
    assert row_of(account) == stored

    boss.press_authorize_again().choose(ann).allow()
    boss.expect_account(AGAIN)
    expect(boss.page.locator("body")).not_to_contain_text(account.attention)
    account.refresh_from_db()
    assert account.attention == ""
    assert (links_of(connection), cursor_of(connection)) == (links, cursor)

    run = synced(connection)
    assert (run.state, wrote(run)) == (Run.State.DONE, [("create", "Wim Maes")])
    assert in_phonebook(connection) == ["Wim Maes", "Yves Maes", "Zoe Maes"]
    assert set(links) < set(links_of(connection))
