"""A password is in no log, on no screen, in no dump and nowhere in the database as it is."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.views.debug import ExceptionReporter

from connections.accounts import open_app
from connections.models import Account
from connections.vault import unseal
from connectors.errors import TryAgain
from tests.connectors.carddav.servers import RadicaleServer
from tests.stories.book import AddressBook
from tests.stories.installation import Installation, InThisProcess, account, pair
from tests.stories.searching import found, pages, stored

PLANTED = "correct-horse-battery-staple"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RadicaleServer]:
    """One whose user has the planted password."""

    class Planted(RadicaleServer):
        password = PLANTED

        def command(self) -> list[str]:
            command = super().command()
            (self.folder / "users").write_text(f"{self.user}:{PLANTED}\n")
            return command

    with Planted(tmp_path_factory.mktemp("radicale")) as running:
        yield running


@pytest.mark.sqlite_only
def test_a_password_is_found_nowhere(
    accord: Installation, quick: InThisProcess, server: RadicaleServer, admin_client: Client,
    tmp_path: Path, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    a, b = AddressBook(server), AddressBook(server)
    a.put(a.path("ann.vcf"), _card())
    accord.environment["HOME_PASSWORD"] = PLANTED
    text = (
        "accounts:\n"
        + account("home", server.credentials())
        + "connections:\n"
        + pair(
            f'{{account: home, container: "{a.url}"}}', f'{{account: home, container: "{b.url}"}}'
        )
    )
    said = [accord.load(text), accord.manage("sync", "pair")]
    for arguments in (
        ("sync", "pair", "--preview", "--json"), ("sync", "pair", "--json"),
        ("audit", "pair"), ("audit", "pair", "--json"), ("audit", "pair", "--csv"),
        ("fields", "home"), ("dumpconfig",), ("rotatekeys",), ("dumpdata",),
    ):  # fmt: skip
        said.append(quick.manage(*arguments))
    assert [answer.status for answer in said] == [0] * len(said), said

    (server.folder / "users").write_text(f"{server.user}:changed\n")
    wrong = [accord.manage("sync", "pair"), quick.manage("fields", "home"), accord.load(text)]
    (server.folder / "users").write_text(f"{server.user}:{PLANTED}\n")
    assert [answer.status for answer in wrong] == [2, 2, 2]
    without_keys = {**accord.environment, "CREDENTIALS_KEYS": "bm9uZQ=="}
    broken = Installation(without_keys, tmp_path).manage("sync", "pair")
    assert broken.status != 0

    shown = "".join(answer.out + answer.err for answer in [*said, *wrong, broken])
    shown_there = "".join(text for _, text in pages(admin_client))
    assert unseal(Account.objects.get().sealed)["password"] == PLANTED
    secrets = {"the password": PLANTED, "the password with the name": _basic(server)}
    places = {"commands": shown, "pages": shown_there, "logs": caplog.text}
    assert found(secrets, {**places, **stored()}) == []
    a.close()
    b.close()


def _card() -> str:
    lines = ["BEGIN:VCARD", "VERSION:3.0", "UID:ann", "N:Smith;Ann;;;", "FN:Ann Smith"]
    return "\r\n".join([*lines, "EMAIL:ann@mail.example", "END:VCARD", ""])


def _basic(server: RadicaleServer) -> str:
    """How the password goes over the wire."""
    return b64encode(f"{server.user}:{PLANTED}".encode()).decode()


def test_a_user_who_may_not_sees_no_account(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("nobody", is_staff=True))
    assert client.get("/admin/connections/account/").status_code in (403, 404)


def test_a_password_is_on_no_page_about_an_error(server: RadicaleServer) -> None:
    """Django's own page for developers shows what all variables held."""
    credentials = {**server.credentials("http://127.0.0.1:9/"), "password": PLANTED}
    with pytest.raises(TryAgain) as raised:
        open_app("carddav", credentials).identity()
    reporter = ExceptionReporter(None, raised.type, raised.value, raised.tb)
    assert "_exchange" in reporter.get_traceback_html()
    for page in (reporter.get_traceback_html(), reporter.get_traceback_text()):
        assert PLANTED not in page
