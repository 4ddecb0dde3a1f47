"""What may go wrong while somebody authorises an account, and how the page helps."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from playwright.sync_api import expect

from connections.models import Account
from tests.browser.apps import Apps
from tests.browser.conftest import SitDown
from tests.browser.looks import PHONE
from tests.browser.staff import CONNECTED

pytestmark = [pytest.mark.partner("chromium"), pytest.mark.sqlite_only]

LOST = "This window was open too long, or belongs to another session."


def test_google_without_the_box_of_contacts_says_which_box_it_was(
    sit_down: SitDown, apps: Apps
) -> None:
    ann = apps.owner("google", "Ann Maes")
    boss = sit_down()
    boss.go_to_new_account("google")
    boss.press_authorize("google").choose(ann).untick("See, edit, download").allow()
    expect(boss.status).to_contain_text("Google Contacts was not allowed to share contacts.")
    expect(boss.status).to_contain_text("tick the box “See, edit, download")
    assert not Account.objects.exists()


def test_a_project_of_google_in_testing_says_when_its_access_ends(
    sit_down: SitDown, apps: Apps
) -> None:
    apps.turn("google", testing=True)
    ann = apps.owner("google", "Ann Maes")
    boss = sit_down()
    boss.go_to_new_account("google")
    boss.press_authorize("google").choose(ann).allow()
    boss.expect_account(CONNECTED)
    ends = Account.objects.get().ends_at
    assert ends and abs(ends - timezone.now() - timedelta(days=7)) < timedelta(minutes=5)
    boss.expect_text(f"This authorisation ends on {date_format(localtime(ends), 'j F Y')}")
    boss.expect_text("publish")


def test_a_window_that_was_closed_by_hand_is_told_and_another_one_works(
    sit_down: SitDown, apps: Apps
) -> None:
    ann = apps.owner("google", "Ann Maes")
    boss = sit_down()
    boss.go_to_new_account("google")
    consent = boss.press_authorize("google")
    expect(boss.status).to_contain_text("Waiting for Google Contacts")
    consent.close()
    boss.come_back()
    expect(boss.status).to_contain_text("If you closed the window, press Authorize again")
    boss.press_authorize("google").choose(ann).allow()
    boss.expect_account(CONNECTED)


@pytest.mark.parametrize("without", ["JavaScript", "pop-ups"])
def test_without_a_pop_up_it_goes_on_in_the_same_tab(
    sit_down: SitDown, apps: Apps, without: str
) -> None:
    ann = apps.owner("google", "Ann Maes")
    boss = sit_down(java_script_enabled=without != "JavaScript")
    if without == "pop-ups":
        # That is all that a page learns of a browser that blocks them.
        boss.window.context.add_init_script("window.open = () => null")
    boss.go_to_new_account("google")
    boss.press_authorize_in_this_tab("google").deny()
    boss.expect_text("Access was denied at Google Contacts.")
    boss.page.get_by_role("link", name="Back").click()
    boss.press_authorize_in_this_tab("google").choose(ann).allow()
    boss.expect_text("is connected.")
    boss.page.get_by_role("link", name="Go on").click()
    boss.expect_account(CONNECTED)


def test_two_windows_at_once_do_not_mix(sit_down: SitDown, apps: Apps) -> None:
    ann, bea = apps.owner("google", "Ann Maes"), apps.owner("mailchimp", "Bea Claes")
    boss = sit_down()
    other = boss.another_tab()
    boss.go_to_new_account("google")
    other.go_to_new_account("mailchimp")
    at_google = boss.press_authorize("google").choose(ann)
    other.press_authorize("mailchimp").choose(bea).allow()
    other.expect_account(CONNECTED)
    expect(boss.status).to_contain_text("Waiting for Google Contacts")
    assert [account.app for account in Account.objects.all()] == ["mailchimp"]
    at_google.allow()
    boss.expect_account(CONNECTED)
    assert Account.objects.count() == 2

    # And both answers at the same moment: one takes longer than the whole of the other.
    cem, dua = apps.owner("google", "Cem Kaya"), apps.owner("mailchimp", "Dua Peeters")
    boss.go_to_new_account("google")
    other.go_to_new_account("mailchimp")
    apps.slow("google", "/token", 2)
    at_google = boss.press_authorize("google").choose(cem)
    at_mailchimp = other.press_authorize("mailchimp").choose(dua)
    at_google.allow(wait=False)
    at_mailchimp.allow()
    # Django's messages are of the browser: the page that comes first may show those of both.
    other.expect_account()
    boss.expect_account()
    assert Account.objects.count() == 4


def test_who_signs_out_meanwhile_is_told_and_nothing_is_connected(
    sit_down: SitDown, apps: Apps
) -> None:
    ann = apps.owner("google", "Ann Maes")
    boss = sit_down()
    boss.go_to_new_account("google")
    consent = boss.press_authorize("google").choose(ann)
    boss.another_tab().sign_out()
    boss.window.refusals = (400, 403)
    consent.allow()
    expect(consent.page.locator("body")).to_contain_text(LOST)
    assert not Account.objects.exists()


def test_a_page_of_consent_that_somebody_else_began_brings_nothing_in(
    sit_down: SitDown, apps: Apps
) -> None:
    """RFC 6749 §10.12: the address with the code of one's own, slipped to a colleague, would
    connect one's account in that colleague's name."""
    ann = apps.owner("google", "Ann Maes")
    boss, colleague = sit_down(), sit_down("colleague")
    boss.go_to_new_account("google")
    consent = boss.press_authorize("google").choose(ann)
    colleague.window.refusals = (400,)
    colleague.page.goto(consent.address_of_the_answer())
    colleague.expect_text(LOST)
    assert not Account.objects.exists()
    consent.allow()
    boss.expect_account(CONNECTED)


def test_an_account_is_connected_on_a_phone(sit_down: SitDown, apps: Apps) -> None:
    ann = apps.owner("google", "Ann Maes")
    boss = sit_down(**PHONE)
    boss.go_to_new_account("google")
    assert boss.fits()
    boss.press_authorize("google").choose(ann).allow()
    boss.expect_account(CONNECTED)
    assert boss.fits()
