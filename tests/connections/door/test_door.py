"""Accounts authorised at a page of their app: what comes of every way it can go."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from connections.accounts import open_account
from connections.models import Account
from connections.vault import unseal
from connectors.sandbox.faults import Fault
from connectors.sandbox.sandbox import Sandbox
from tests.connections.door.person import CLIENT, Person

pytestmark = pytest.mark.sqlite_only
APPS = ["contactually", "google", "mailchimp"]


def stored(account: Account) -> dict[str, Any]:
    """The row as it is in the database."""
    return Account.objects.filter(pk=account.pk).values().get()


@pytest.mark.parametrize("app", APPS)
def test_who_allows_it_has_an_account_that_opens(boss: Person, apps: Sandbox, app: str) -> None:
    told = boss.authorise(app, "ann@people.example")
    account = Account.objects.get()
    assert told["message"] == f"Account {account.name} is connected."
    assert told["state"] == "done"
    assert told["url"] == reverse("admin:connections_account_change", args=[account.pk])
    assert (account.app, account.authorised_by, account.ends_at) == (app, boss.user, None)
    with closing(open_account(account)) as connector:
        assert connector.identity().id == account.identity


def test_nothing_is_in_the_tables_that_let_people_in(boss: Person, apps: Sandbox) -> None:
    for app in APPS:
        boss.authorise(app, "ann@people.example")
    assert not SocialAccount.objects.exists()
    assert not SocialToken.objects.exists()
    assert User.objects.count() == 1


def test_the_request_to_google_asks_for_what_lasts(boss: Person, apps: Sandbox) -> None:
    asked = parse_qs(urlsplit(boss.sent_to("google")).query)
    assert asked["access_type"] == ["offline"]
    assert "consent" in asked["prompt"][0].split()
    assert asked["code_challenge_method"] == ["S256"]
    assert "https://www.googleapis.com/auth/contacts" in asked["scope"][0].split()
    assert asked["redirect_uri"] == ["http://testserver/authorize/google/callback/"]
    assert CLIENT[1] not in str(asked)


def test_google_is_told_whose_account_is_authorised_again(boss: Person, apps: Sandbox) -> None:
    boss.authorise("google", "ann@people.example")
    account = Account.objects.get()
    asked = parse_qs(urlsplit(boss.sent_to("google", account)).query)
    assert asked["login_hint"] == [account.identity]


def test_two_people_at_one_app_are_two_accounts(boss: Person, apps: Sandbox) -> None:
    for name in ("ann", "bob"):
        boss.authorise("google", f"{name}@people.example")
    assert Account.objects.filter(app="google").count() == 2


@pytest.mark.parametrize("app", APPS)
def test_who_is_known_is_not_made_twice(
    boss: Person, somebody: Callable[[str], Person], apps: Sandbox, app: str
) -> None:
    boss.authorise(app, "ann@people.example")
    account = Account.objects.get()
    Account.objects.update(attention="It was revoked.", name="crm")
    colleague = somebody("colleague")
    told = colleague.authorise(app, "ANN@people.example")
    assert told["message"] == "Account crm is authorised again."
    account.refresh_from_db()
    assert Account.objects.count() == 1
    assert (account.attention, account.authorised_by) == ("", colleague.user)


def test_who_may_only_add_leaves_the_known_account_as_it_is(boss: Person, apps: Sandbox) -> None:
    boss.authorise("google", "ann@people.example")
    before = stored(Account.objects.get())
    user = User.objects.create_user("adder", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="add_account"))
    client = Client()
    client.force_login(user)
    told = Person(client, user).authorise("google", "ann@people.example")
    assert told["state"] == "done"
    assert "stays as it is" in told["message"]
    assert stored(Account.objects.get()) == before


@pytest.mark.parametrize("app", APPS)
def test_a_denial_says_what_to_do_and_changes_nothing(
    boss: Person, apps: Sandbox, app: str
) -> None:
    told = boss.come_back(boss.answer(boss.sent_to(app), answer="deny"))
    assert told["state"] == "failed"
    assert told["message"].startswith("Access was denied at ")
    assert "authorise again and allow" in told["remedy"]
    assert not Account.objects.exists()


@pytest.mark.parametrize("app", APPS)
def test_another_identity_is_refused_and_changes_nothing(
    boss: Person, apps: Sandbox, app: str
) -> None:
    boss.authorise(app, "ann@people.example")
    account = Account.objects.get()
    before = stored(account)
    told = boss.authorise(app, "bob@people.example", account)
    assert told["state"] == "failed"
    assert "and now signs in as" in told["message"]
    assert "another account" in told["remedy"]
    assert stored(account) == before
    assert Account.objects.count() == 1


def test_contacts_that_were_not_ticked_are_asked_for(boss: Person, apps: Sandbox) -> None:
    told = boss.authorise("google", "ann@people.example", scope=[])
    assert told["message"] == "Google Contacts was not allowed to share contacts."
    assert "tick the box" in told["remedy"]
    assert not Account.objects.exists()


def test_a_project_in_testing_is_told_with_the_day_it_ends(boss: Person, apps: Sandbox) -> None:
    oauth = apps.apps["google"].oauth
    oauth.quirks = replace(oauth.quirks, testing=True)
    told = boss.authorise("google", "ann@people.example")
    account = Account.objects.get()
    assert account.ends_at is not None and account.authorised_at is not None
    assert 6.9 < (account.ends_at - account.authorised_at).total_seconds() / 86400 < 7.1
    assert "This authorisation ends on" in told["remedy"] and "publish" in told["remedy"]
    oauth.quirks = replace(oauth.quirks, testing=False)
    boss.authorise("google", "ann@people.example", account)
    account.refresh_from_db()
    assert account.ends_at is None


def test_access_for_an_hour_only_is_refused_with_the_remedy(boss: Person, apps: Sandbox) -> None:
    oauth = apps.apps["google"].oauth
    oauth.quirks = replace(oauth.quirks, refreshes=False)
    told = boss.authorise("google", "ann@people.example")
    assert "no refresh token" in told["message"] and "permissions" in told["remedy"]
    assert not Account.objects.exists()


def test_a_token_that_is_renewed_in_the_pop_up_is_not_lost(boss: Person, apps: Sandbox) -> None:
    """Where each renewal brings a new refresh token, and the first token is refused at once."""
    oauth = apps.apps["google"].oauth
    oauth.quirks = replace(oauth.quirks, rotates=True)
    apps.order("google", Fault("status", 401, path="/v1/people/me"))
    boss.authorise("google", "ann@people.example")
    account = Account.objects.get()
    assert unseal(account.renewed)["refresh_token"] != unseal(account.sealed)["refresh_token"]
    with closing(open_account(account)) as connector:
        assert connector.identity().id == account.identity


# --- What is begun by one and ended by another ---------------------------------------------


def test_an_answer_is_taken_once(boss: Person, apps: Sandbox) -> None:
    address = boss.allow("google", "ann@people.example")
    boss.come_back(address)
    assert boss.client.get(address)["Location"] == reverse("door:lost")
    assert Account.objects.count() == 1


def test_an_answer_to_somebody_else_is_not_taken(
    boss: Person, somebody: Callable[[str], Person], apps: Sandbox
) -> None:
    """Else a stranger's account could be put into a colleague's hands (RFC 6749 §10.12)."""
    address = boss.allow("google", "stranger@people.example")
    assert somebody("colleague").client.get(address)["Location"] == reverse("door:lost")
    assert not Account.objects.exists()


def test_an_answer_of_another_app_is_not_taken(boss: Person, apps: Sandbox) -> None:
    address = boss.allow("google", "ann@people.example")
    other = address.replace("/google/", "/mailchimp/")
    assert boss.client.get(other)["Location"] == reverse("door:lost")
    assert not Account.objects.exists()


def test_who_has_signed_out_meanwhile_is_told_so_and_not_led_to_sign_in(
    boss: Person, apps: Sandbox
) -> None:
    """The address holds the code: it is not to end in that of the sign-in page."""
    address = boss.allow("google", "ann@people.example")
    boss.client.logout()
    answer = boss.client.get(address)
    assert answer["Location"] == reverse("door:lost")
    assert "sign in again" in boss.client.get(answer["Location"]).content.decode()
    assert not Account.objects.exists()


def test_the_page_that_waits_is_told_that_somebody_signed_out(boss: Person, apps: Sandbox) -> None:
    boss.begin("google")
    assert boss.told()["state"] == "waiting"
    boss.client.logout()
    assert boss.told()["message"] == "You have signed out."


def test_how_it_ended_is_told_to_nobody_else(
    boss: Person, somebody: Callable[[str], Person], apps: Sandbox
) -> None:
    boss.authorise("google", "ann@people.example")
    colleague = somebody("colleague")
    colleague.attempt = boss.attempt
    assert colleague.told()["state"] == "waiting"


def test_who_lost_the_right_meanwhile_is_refused(boss: Person, apps: Sandbox) -> None:
    address = boss.allow("google", "ann@people.example")
    User.objects.update(is_superuser=False)
    assert boss.come_back(address)["state"] == "failed"
    assert not Account.objects.exists()


def test_a_page_that_was_open_for_long_is_of_no_use(
    boss: Person, apps: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = boss.allow("google", "ann@people.example")
    monkeypatch.setattr("connections.door.attempts.LASTS", -1)
    assert boss.client.get(address)["Location"] == reverse("door:lost")


def test_a_code_of_another_request_is_refused_by_the_proof_key(boss: Person, apps: Sandbox) -> None:
    """RFC 7636: who gets hold of a code cannot use it in a session of his own."""
    stolen = parse_qs(urlsplit(boss.allow("google", "ann@people.example")).query)["code"][0]
    address = boss.allow("google", "mallory@people.example")
    mine = parse_qs(urlsplit(address).query)
    forged = f"{urlsplit(address).path}?state={mine['state'][0]}&code={stolen}"
    told = boss.come_back(forged)
    assert told["state"] == "failed"
    assert "does not take what it sent us back with (invalid_grant)" in told["message"]
    assert not Account.objects.exists()


# --- Who may, and when the door is closed ---------------------------------------------------


@pytest.mark.parametrize("right", ["view_account", "change_account"])
def test_only_who_may_add_accounts_begins(db: None, apps: Sandbox, right: str) -> None:
    user = User.objects.create_user("limited", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename=right))
    client = Client()
    client.force_login(user)
    assert Person(client, user).begin("google").status_code == 403


def test_neither_strangers_nor_users_without_desk_begin(db: None, apps: Sandbox) -> None:
    user = User.objects.create_user("customer")
    assert Person(Client(), user).begin("google").status_code == 403
    signed_in = Client()
    signed_in.force_login(user)
    assert Person(signed_in, user).begin("google").status_code == 403


def test_an_account_of_another_app_cannot_be_authorised(boss: Person, apps: Sandbox) -> None:
    boss.authorise("google", "ann@people.example")
    assert boss.begin("mailchimp", Account.objects.get()).status_code == 404


@pytest.mark.parametrize("app", ["carddav", "memory", "nothing", ""])
def test_an_app_without_a_page_of_its_own_has_no_door(
    boss: Person, apps: Sandbox, app: str
) -> None:
    assert boss.begin(app).status_code == 404


def test_what_is_asked_by_following_a_link_is_refused(boss: Person, apps: Sandbox) -> None:
    assert boss.client.get(reverse("door:begin"), {"app": "google"}).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(boss.user)
    assert Person(strict, boss.user).begin("google").status_code == 403


def test_a_closed_door_says_how_to_open_it(boss: Person, apps: Sandbox, settings: Any) -> None:
    settings.CONNECTORS = {**settings.CONNECTORS, "GOOGLE_CLIENT_SECRET": ""}
    assert boss.begin("google")["Location"] == reverse("door:outcome", args=[boss.attempt])
    told = boss.told()
    assert told["message"] == "Pop-up authorisation of Google Contacts is switched off."
    for part in ("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET", "/authorize/google/callback/"):
        assert part in told["remedy"]


def test_under_another_address_people_are_sent_to_the_public_one(
    boss: Person, apps: Sandbox, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://accord.example"
    boss.begin("google")
    assert "Open https://accord.example and authorise there" in boss.told()["remedy"]


def test_the_public_address_is_the_one_that_people_are_sent_back_to(
    boss: Person, apps: Sandbox, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://testserver"
    asked = parse_qs(urlsplit(boss.sent_to("google")).query)
    assert asked["redirect_uri"] == ["https://testserver/authorize/google/callback/"]


# --- Apps in trouble ------------------------------------------------------------------------


@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize(
    ("fault", "said"),
    [(Fault("status", 500), "did not answer|trouble"), (Fault("lost"), "did not answer")],
)
def test_an_app_in_trouble_is_told_and_a_code_is_not_sent_twice(
    boss: Person, apps: Sandbox, app: str, fault: Fault, said: str
) -> None:
    address = boss.allow(app, "ann@people.example")
    path = apps.apps[app].oauth.rules.token
    apps.calls.clear()
    apps.order(app, replace(fault, path=path, times=-1))
    told = boss.come_back(address)
    apps.apps[app].faults.clear()
    assert told["state"] == "failed"
    assert told["remedy"] == "Authorise again."
    assert sum(call.path == path for call in apps.calls) == 1
    assert not Account.objects.exists()


def test_a_secret_that_the_operator_mistyped_is_the_operators_to_mend(
    boss: Person, apps: Sandbox, settings: Any
) -> None:
    settings.CONNECTORS = {**settings.CONNECTORS, "GOOGLE_CLIENT_SECRET": "mistyped"}
    told = boss.authorise("google", "ann@people.example")
    assert "does not know this installation (invalid_client)" in told["message"]
    assert "mistyped" not in str(told)


@pytest.mark.parametrize("error", ["admin_policy_enforced", "<script>", "x" * 400, ""])
def test_any_other_refusal_is_named_and_nothing_of_it_is_believed(
    boss: Person, apps: Sandbox, error: str
) -> None:
    boss.begin("google")
    place = reverse("door:callback", args=["google"])
    answer = boss.client.get(place, {"error": error, "state": boss.attempt})
    assert answer.status_code == 302
    told = boss.told()
    assert told["message"].startswith("Google Contacts sent us back without access (")
    assert "<" not in told["message"] and len(told["message"]) < 120
