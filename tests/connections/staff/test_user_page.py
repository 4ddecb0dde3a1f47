"""An administrator helps a colleague who lost a second factor; nobody sees a secret."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from tests.connections.staff.conftest import set_up_app, sign_in, text_of, who

pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def secret(carol: User) -> str:
    """Carol has an app, and an identity elsewhere."""
    SocialAccount.objects.create(
        user=carol, provider="https://login.example", uid="1", extra_data={"email": "c@example.org"}
    )
    browser = Client()
    sign_in(browser, "carol")
    return set_up_app(browser)


def page(user: User) -> str:
    return reverse("admin:auth_user_change", args=[user.pk])


def removal(user: User, word: str = "second-factor") -> str:
    return reverse("admin:auth_user_remove", args=[user.pk, word])


def test_an_administrator_removes_a_second_factor(
    browser: Client, alice: User, carol: User, secret: str
) -> None:
    sign_in(browser, "alice")
    shown = text_of(browser.get(page(carol)))
    assert "Second-factor" not in shown
    assert "recovery codes, authenticator app" in shown
    assert removal(carol) in shown
    asked = text_of(browser.get(removal(carol)))
    assert "Remove the second factor of carol?" in asked
    assert Authenticator.objects.count() == 2, "looking changes nothing"
    assert browser.post(removal(carol))["Location"] == page(carol)
    assert not Authenticator.objects.exists()
    (entry,) = LogEntry.objects.all()
    assert (entry.user, entry.object_id) == (alice, str(carol.pk))
    assert entry.change_message == ("Removed the second factor: recovery codes, authenticator app.")
    browser.post(removal(carol))
    assert LogEntry.objects.count() == 1, "twice is once"
    colleague = Client()
    sign_in(colleague, "carol")
    assert who(colleague) == "carol"


def test_an_administrator_unlinks_an_identity(
    browser: Client, alice: User, carol: User, secret: str
) -> None:
    sign_in(browser, "alice")
    assert "c@example.org at https://login.example" in text_of(browser.get(page(carol)))
    browser.post(removal(carol, "identity"))
    assert not SocialAccount.objects.exists()
    assert Authenticator.objects.count() == 2
    assert LogEntry.objects.get().change_message.startswith("Removed the single sign-on: c@")


def test_it_takes_the_right_to_change_users(
    browser: Client, bob: User, carol: User, secret: str
) -> None:
    bob.is_staff = True
    bob.save()
    bob.user_permissions.set(Permission.objects.filter(codename="view_user"))
    sign_in(browser, "bob")
    assert removal(carol) not in text_of(browser.get(page(carol)))
    for call in (browser.get, browser.post):
        assert call(removal(carol)).status_code == 403
    assert Authenticator.objects.count() == 2


def test_a_superusers_is_removed_by_superusers_only(
    browser: Client, bob: User, carol: User, secret: str
) -> None:
    bob.is_staff = True
    bob.save()
    bob.user_permissions.set(Permission.objects.filter(codename__endswith="_user"))
    sign_in(browser, "bob")
    User.objects.filter(pk=carol.pk).update(is_superuser=True)
    assert browser.post(removal(carol)).status_code == 403
    assert Authenticator.objects.count() == 2
    User.objects.filter(pk=carol.pk).update(is_superuser=False)
    assert browser.post(removal(carol)).status_code == 302
    assert not Authenticator.objects.exists()


def test_ones_own_is_not_removed_without_proving_who_one_is(browser: Client, alice: User) -> None:
    sign_in(browser, "alice")
    set_up_app(browser)
    assert removal(alice) not in text_of(browser.get(page(alice)))
    assert browser.post(removal(alice)).status_code == 403
    assert Authenticator.objects.count() == 2


def test_strangers_and_forged_forms_remove_nothing(alice: User, carol: User, secret: str) -> None:
    stranger, forged = Client(), Client(enforce_csrf_checks=True)
    forged.force_login(alice)
    assert stranger.post(removal(carol))["Location"].startswith(reverse("admin:login"))
    assert forged.post(removal(carol)).status_code == 403
    assert Authenticator.objects.count() == 2


@pytest.mark.parametrize(("pk", "word"), [(0, "second-factor"), (1, "password"), (1, "x")])
def test_what_there_is_not_is_not_found(browser: Client, alice: User, pk: int, word: str) -> None:
    sign_in(browser, "alice")
    url = reverse("admin:auth_user_remove", args=[pk and alice.pk, word])
    assert browser.post(url).status_code == 404


@pytest.mark.parametrize(
    "model", [Authenticator, SocialAccount, SocialApp, SocialToken, EmailAddress]
)
def test_no_page_of_the_admin_shows_what_allauth_keeps(model: Any) -> None:
    assert not admin.site.is_registered(model)


def test_no_page_shows_a_secret(browser: Client, alice: User, carol: User, secret: str) -> None:
    sign_in(browser, "alice")
    sealed = Authenticator.objects.get(type="totp").data["secret"]
    for url in (page(carol), removal(carol), reverse("admin:auth_user_changelist")):
        shown = browser.get(url).content.decode()
        assert secret not in shown
        assert sealed not in shown


def test_a_user_is_made_and_changed_as_before(browser: Client, alice: User) -> None:
    sign_in(browser, "alice")
    password = "another horse battery"
    sent = {
        "username": "dora",
        "password1": password,
        "password2": password,
        "usable_password": "true",
    }
    browser.post(reverse("admin:auth_user_add"), sent)
    dora = User.objects.get(username="dora")
    assert browser.get(page(dora)).status_code == 200
    form = browser.get(page(dora)).context["adminform"].form
    changes = {"username": "dora", "email": "Dora@Example.org", "is_staff": "on", "is_active": "on"}
    for part in ("last_login", "date_joined"):
        moment = form.initial.get(part)
        changes[f"{part}_0"] = f"{moment:%Y-%m-%d}" if moment else ""
        changes[f"{part}_1"] = f"{moment:%H:%M:%S}" if moment else ""
    assert browser.post(page(dora), changes).status_code == 302
    newcomer = Client()
    sign_in(newcomer, "dora@example.org", password)
    assert who(newcomer) == "dora"
