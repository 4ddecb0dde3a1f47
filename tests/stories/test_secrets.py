"""A password is in no log, on no screen, in no dump and nowhere in the database as it is."""

from __future__ import annotations

import json
import logging
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core import serializers
from django.db import connection
from django.test import Client
from django.views.debug import ExceptionReporter

from connections.accounts import open_app
from connections.models import Account
from connections.vault import unseal
from connectors.errors import TryAgain
from tests.connectors.carddav.servers import RadicaleServer
from tests.stories.book import AddressBook
from tests.stories.installation import Installation, InThisProcess, account, pair

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
    pages = "".join(_pages(admin_client))
    assert unseal(Account.objects.get().sealed)["password"] == PLANTED
    for form in (PLANTED, json.dumps(PLANTED)[1:-1], _basic(server)):
        for place in (shown, pages, caplog.text, _rows(), _serialised()):
            assert form not in place
    _assert_not_in_database_files(PLANTED.encode())
    a.close()
    b.close()


def _card() -> str:
    lines = ["BEGIN:VCARD", "VERSION:3.0", "UID:ann", "N:Smith;Ann;;;", "FN:Ann Smith"]
    return "\r\n".join([*lines, "EMAIL:ann@mail.example", "END:VCARD", ""])


def _basic(server: RadicaleServer) -> str:
    """How the password goes over the wire."""
    return b64encode(f"{server.user}:{PLANTED}".encode()).decode()


def _pages(client: Client) -> Iterator[str]:
    """Every page of the admin that shows rows of ours, with their forms."""
    for model in apps.get_models():
        if model._meta.app_label not in ("connections", "rules", "sync"):
            continue
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        yield client.get(base).content.decode()
        for row in model._default_manager.all()[:5]:
            yield client.get(f"{base}{row.pk}/change/").content.decode()


def _rows() -> str:
    """All rows of all tables, as the database gives them."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found.append(str(cursor.fetchall()))
    return "".join(found)


def _serialised() -> str:
    return "".join(
        serializers.serialize("json", model._default_manager.all()) for model in apps.get_models()
    )


def _assert_not_in_database_files(secret: bytes) -> None:
    """SQLite's file, and the log that lies beside it."""
    if connection.vendor != "sqlite":
        return
    path = Path(connection.settings_dict["NAME"])
    files = [file for file in path.parent.glob(f"{path.name}*") if file.is_file()]
    assert path in files
    assert b"SQLite format" in path.read_bytes()[:16]
    for file in files:
        assert secret not in file.read_bytes()


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
