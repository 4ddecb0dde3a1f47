"""Who an account is, what it signs in with, and what is missing where it cannot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.connector import Create
from connectors.errors import AskStaff, SignInAgain
from connectors.google.connector import Google
from tests.connectors.conformance import marker, reading
from tests.connectors.google.partner import TOKEN, Book


def test_identity_is_the_profile_and_its_address(book, connector):
    identity = connector.identity()
    assert identity.name == f"{TOKEN}@gmail.example"
    assert identity.id
    other = book.standin.open_account("other@gmail.example", token="t2")
    assert other
    assert book.connector(access_token="t2").identity().id != identity.id


def test_there_is_one_container(book, connector):
    (container,) = connector.containers()
    assert (container.id, container.name) == ("contacts", "Contacts")
    assert book.calls == []


def test_nothing_is_asked_of_google_when_the_account_is_opened(book):
    book.connector(access_token="whatever")
    assert book.calls == []


@pytest.mark.parametrize("credentials", [{}, {"access_token": ""}, {"client_id": "x"}])
def test_nothing_to_sign_in_with_says_what_to_enter(book, credentials):
    with pytest.raises(AskStaff, match="refresh token"):
        Google(credentials, book.world)


def test_refresh_token_needs_its_client(book):
    with pytest.raises(AskStaff, match="GOOGLE_CLIENT_ID"):
        Google({"refresh_token": "r"}, book.world)
    Google({"refresh_token": "r", "client_id": "c", "client_secret": "s"}, book.world)


def test_client_of_the_operator_serves_where_none_is_entered(tmp_path):
    client = {"GOOGLE_CLIENT_ID": "c", "GOOGLE_CLIENT_SECRET": "s"}
    Google({"refresh_token": "r"}, Book(tmp_path, client).world)


CLIENT = {"client_id": "client", "client_secret": "the-client's-secret"}
SCOPE = "https://www.googleapis.com/auth/contacts"


@pytest.fixture
def grant(book):
    book.standin.oauth.register("client", "the-client's-secret", ["http://localhost/"])
    return book.standin.tokens.issue(
        book.account, scope=SCOPE, lifetime=3599, refreshable=True, client="client"
    )


def test_refresh_token_brings_access_tokens_hour_after_hour(book, grant):
    kept: list[Any] = []
    world = replace(book.world, keep=kept.append)
    connector = Google({**CLIENT, "refresh_token": grant.refresh}, world)
    since = reading(connector, book.container)
    assert len(kept) == 1
    assert set(kept[0]) >= {"access_token", "access_token_ends"}
    reading(connector, book.container, since)
    assert len(kept) == 1
    book.clock.sleep(3600)
    since = reading(connector, book.container, since)
    assert len(kept) == 2
    book.standin.tokens.expire(book.account)  # before its time
    reading(connector, book.container, since)
    assert len(kept) == 3


def test_kept_access_token_is_used_until_it_ends(book, grant):
    kept: dict[str, str] = {}
    world = replace(book.world, keep=kept.update)
    credentials = {**CLIENT, "refresh_token": grant.refresh}
    Google(credentials, world).identity()
    book.forget_calls()
    again: list[Any] = []
    Google({**credentials, **kept}, replace(book.world, keep=again.append)).identity()
    assert again == []


def test_refresh_token_that_was_revoked_is_for_signing_in_again(book, grant):
    book.standin.tokens.revoke(book.account)
    with pytest.raises(SignInAgain) as caught:
        Google({**CLIENT, "refresh_token": grant.refresh}, book.world).identity()
    assert grant.refresh not in str(caught.value)


def test_client_that_google_does_not_know_is_for_staff(book, grant):
    wrong = {**CLIENT, "client_secret": "another", "refresh_token": grant.refresh}
    with pytest.raises(AskStaff, match="client id and secret"):
        Google(wrong, book.world).identity()


def test_token_that_google_refuses_is_for_signing_in_again(book):
    with pytest.raises(SignInAgain):
        book.connector(access_token="revoked").identity()
    with pytest.raises(SignInAgain):
        reading(book.connector(access_token="revoked"), book.container)
    with pytest.raises(SignInAgain):
        book.connector(access_token="revoked").write(
            book.container, [Create(marker(), {"first_name": "Ann"})]
        )


def test_account_without_the_scope_is_told_to_tick_the_box(book):
    book.standin.tokens.issue(book.account, scope="openid email", access="narrow")
    with pytest.raises(AskStaff, match="tick"):
        reading(book.connector(access_token="narrow"), book.container)


def test_read_only_scope_reads_and_does_not_write(book):
    scope = "https://www.googleapis.com/auth/contacts.readonly"
    book.standin.tokens.issue(book.account, scope=scope, access="reader")
    connector = book.connector(access_token="reader")
    assert reading(connector, book.container).complete
    with pytest.raises(AskStaff, match="tick"):
        connector.write(book.container, [Create(marker(), {"first_name": "Ann"})])


def test_403_of_another_kind_is_for_staff(book, connector):
    book.order("status", "connections", status=403)
    with pytest.raises(AskStaff, match="denies"):
        reading(connector, book.container)


def test_errors_hold_no_token(book):
    for path in ("connections", "people/me"):
        for status in (400, 401, 403, 429, 500):
            book.order("status", path, status=status, times=3)
            connector = book.connector(access_token="very-secret")
            with pytest.raises(Exception, match=r"\w") as caught:
                reading(connector, book.container) if path != "people/me" else connector.identity()
            assert "very-secret" not in str(caught.value)
            book.standin.faults.clear()
