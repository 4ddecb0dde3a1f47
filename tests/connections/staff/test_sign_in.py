"""Ways in and out: who gets where, and what a stranger learns."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.connections.staff.conftest import PASSWORD, sign_in, text_of, who

pytestmark = pytest.mark.sqlite_only
LOGIN = reverse("account_login")
DESK = reverse("admin:index")
ACCOUNTS = reverse("admin:connections_account_changelist")


def test_the_desk_leads_to_the_sign_in_page_and_back(browser: Client, alice: User) -> None:
    first = browser.get(ACCOUNTS, follow=True)
    assert first.redirect_chain[-1][0] == f"{LOGIN}?next={ACCOUNTS.replace('/', '%2F')}"
    assert f'<input type="hidden" name="next" value="{ACCOUNTS}"' in text_of(first)
    answer = sign_in(browser, "alice", headers={}, QUERY_STRING=f"next={ACCOUNTS}")
    assert (answer.status_code, answer["Location"]) == (302, ACCOUNTS)
    assert browser.get(ACCOUNTS).status_code == 200


@pytest.mark.parametrize("login", ["alice", "ALICE", "alice@example.org", "Alice@Example.ORG"])
def test_a_user_name_or_an_address_will_do(browser: Client, alice: User, login: str) -> None:
    assert sign_in(browser, login)["Location"] == DESK
    assert who(browser) == "alice"


def test_an_address_is_found_however_it_was_written_when_the_user_was_made(browser: Client) -> None:
    User.objects.create_user("dora", "Dora.Smith@example.org", PASSWORD, is_staff=True)
    sign_in(browser, "dora.smith@example.org")
    assert who(browser) == "dora"


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example/",
        "//evil.example/",
        "http:evil.example",
        "/\\evil.example",
        "javascript:x",
    ],
)
def test_sign_in_leads_to_no_other_site(browser: Client, alice: User, place: str) -> None:
    answer = browser.post(LOGIN, {"login": "alice", "password": PASSWORD, "next": place})
    assert answer["Location"] == DESK


def test_sign_in_leads_to_no_other_host_of_ours(
    browser: Client, alice: User, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "other.example.org"]
    sent = {"login": "alice", "password": PASSWORD, "next": "http://other.example.org/x"}
    assert browser.post(LOGIN, sent)["Location"] == DESK


def test_a_wrong_password_and_an_unknown_name_look_the_same(browser: Client, alice: User) -> None:
    def told(login: str) -> str:
        page = text_of(sign_in(browser, login, "wrong"))
        page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"|nonce="[^"]+"', "", page)
        return page.replace(login, "LOGIN")

    assert told("alice") == told("nobody")
    assert told("alice@example.org") == told("nobody@example.org")
    assert "are not correct" in told("nobody")
    assert who(browser) is None


def test_somebody_without_staff_rights_is_told_what_to_do(browser: Client, bob: User) -> None:
    answer = sign_in(browser, "bob", follow=True)
    assert answer.status_code == 403
    assert len(answer.redirect_chain) <= 3
    assert "You are signed in as bob, who has no staff rights here." in text_of(answer)
    assert f'href="{reverse("account_logout")}"' in text_of(answer)


def test_somebody_deactivated_is_told_so(browser: Client, carol: User) -> None:
    User.objects.update(is_active=False)
    answer = sign_in(browser, "carol", follow=True)
    assert "Your user is deactivated" in text_of(answer)
    assert who(browser) is None


def test_rights_that_are_missing_are_told_with_a_way_back(browser: Client, carol: User) -> None:
    sign_in(browser, "carol")
    answer = browser.get(ACCOUNTS)
    assert answer.status_code == 403
    assert "You may not do this" in text_of(answer)
    assert f'<a href="{DESK}">Back to the desk</a>' in text_of(answer)


def test_the_form_of_the_admin_is_no_way_in(browser: Client, alice: User, carol: User) -> None:
    """Not even for those who are signed in: it would not ask for a second factor."""
    url = reverse("admin:login")
    sent = {"username": "alice", "password": PASSWORD, "next": DESK}
    assert browser.post(url, sent)["Location"].startswith(LOGIN)
    assert who(browser) is None
    sign_in(browser, "carol")
    assert browser.post(url, sent)["Location"] == DESK
    assert who(browser) == "carol"


@pytest.mark.parametrize("name", ["admin:logout", "account_logout"])
def test_signing_out_takes_a_post_and_leads_to_the_sign_in_page(
    browser: Client, alice: User, name: str
) -> None:
    sign_in(browser, "alice")
    assert browser.get(reverse(name)).status_code == 200
    assert who(browser) == "alice"
    assert browser.post(reverse(name))["Location"] == LOGIN
    assert who(browser) is None


@pytest.mark.parametrize(
    "sent",
    [
        {"username": "eve", "password1": PASSWORD, "password2": PASSWORD},
        {"email": "eve@example.org", "username": "eve", "password1": PASSWORD},
        {},
    ],
)
def test_nobody_signs_up(browser: Client, sent: dict[str, str]) -> None:
    for url in (reverse("account_signup"), reverse("socialaccount_signup")):
        assert browser.get(url, follow=True).status_code == 200
        browser.post(url, sent)
    assert "Nobody signs up here" in text_of(browser.post(reverse("account_signup"), sent))
    assert not User.objects.exists()
    assert "signup" not in text_of(browser.get(LOGIN))


def test_a_cross_site_form_is_refused_with_a_clear_page(alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    answer = sign_in(browser, "alice")
    assert answer.status_code == 403
    assert "This page was out of date" in text_of(answer)
    assert who(browser) is None


# --- A forgotten password ----------------------------------------------------------------------

RESET = reverse("account_reset_password")


def reset_link(settings: Any, browser: Client, address: str) -> str:
    settings.PUBLIC_URL = "https://sync.example.org"
    browser.post(RESET, {"email": address})
    (sent,) = mail.outbox
    assert sent.to == [address.lower()]
    (link,) = re.findall(r"https://sync\.example\.org(/\S+)", sent.body)
    return str(link)


def test_a_forgotten_password_is_changed_by_a_link_that_works_once(
    browser: Client, alice: User, settings: Any
) -> None:
    link = reset_link(settings, browser, "Alice@example.org")
    form = browser.get(link)["Location"]
    new = "another horse battery"
    browser.post(form, {"password1": new, "password2": new})
    assert who(browser) is None, "the mail alone is no way in"
    sign_in(browser, "alice", new)
    assert who(browser) == "alice"
    again = Client().get(link)
    assert "invalid" in text_of(again)


def test_asking_for_a_password_tells_nobody_who_exists(browser: Client, alice: User) -> None:
    pages = {}
    for address in ("alice@example.org", "nobody@example.org"):
        answer = browser.post(RESET, {"email": address}, follow=True)
        pages[address] = (answer.redirect_chain, answer.status_code)
        assert address not in text_of(answer)
    assert len(set(map(str, pages.values()))) == 1
    # As long as a mail takes would tell it, too.
    assert [sent.to for sent in mail.outbox] == [["alice@example.org"], ["nobody@example.org"]]
    assert "No user of Accord has this address" in mail.outbox[1].body
    assert "http" not in mail.outbox[1].body


def test_who_was_given_no_password_gets_none_by_mail(browser: Client, alice: User) -> None:
    alice.set_unusable_password()
    alice.save()
    browser.post(RESET, {"email": "alice@example.org"})
    (sent,) = mail.outbox
    assert "You have none" in sent.body
    assert "/password/" not in sent.body
    browser.force_login(alice)
    url = reverse("account_set_password")
    assert browser.get(reverse("account_change_password"))["Location"] == url
    browser.post(url, {"password1": PASSWORD, "password2": PASSWORD})
    alice.refresh_from_db()
    assert not alice.has_usable_password()


def test_a_mail_server_that_is_away_is_told_without_names(
    browser: Client, alice: User, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    answer = browser.post(RESET, {"email": "alice@example.org"})
    assert answer.status_code == 503
    assert "No mail can be sent" in text_of(answer)
    assert "Mail cannot be sent (EMAIL_URL): ConnectionRefusedError" in caplog.text
    assert "alice" not in caplog.text


def test_nobody_gives_himself_another_address(browser: Client, carol: User) -> None:
    """Whoever sits down at a colleague's desk could have a new password sent to himself."""
    sign_in(browser, "carol")
    url = reverse("account_email")
    assert browser.get(url)["Location"] == DESK
    browser.post(url, {"action_add": "", "email": "eve@example.org"})
    assert not mail.outbox
    carol.refresh_from_db()
    assert carol.email == "carol@example.org"


def test_addresses_from_before_are_found_after_the_upgrade(db: None) -> None:
    User.objects.create_user("ann")
    User.objects.update(email="Ann@Staff.Example")
    migration = import_module("connections.migrations.0005_lower_addresses")
    migration.lower(apps, None)
    assert User.objects.get().email == "ann@staff.example"
