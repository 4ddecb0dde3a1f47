from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from connections.models import Account, Connection, Container
from connections.vault import seal
from connectors.fields import STANDARD
from connectors.memory.app import MemoryApp, Quirks
from connectors.memory.store import keep


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def account(db: None, var: Path) -> Account:
    return Account.objects.create(name="crm", app="memory", sealed=seal({"name": "one"}))


@pytest.fixture
def connection(account: Account) -> Connection:
    a, b = (Container.objects.create(account=account, remote_id=name, name=name) for name in "ab")
    return Connection.objects.create(name="pair", a=a, b=b, state="active")


def test_fields_lists_what_a_file_can_name(account: Account) -> None:
    lines = run("fields", "crm").splitlines()
    assert lines[:4] == [
        "crm: Memory, signed in as one",
        "",
        "Contacts (contacts)",
        "  name_prefix  text",
    ]
    assert [line.split()[0] for line in lines[3:]] == [*STANDARD, "tag", "deletions"]
    assert lines[-2:] == ["  tag          none yet", "  deletions    told"]


def test_fields_as_json(account: Account) -> None:
    found = json.loads(run("fields", "crm", "--json"))
    (container,) = found.pop("containers")
    assert found == {"account": "crm", "app": "memory", "identity": "one"}
    assert (container["id"], container["name"]) == ("contacts", "Contacts")
    assert [field["name"] for field in container["fields"]] == list(STANDARD)
    assert container["fields"][0] == {
        "name": "name_prefix",
        "label": "Name prefix",
        "type": "text",
        "writable": True,
    }
    assert container["segments"] == {"tag": []}
    assert (container["statuses"], container["tells_deletions"]) == ([], True)


def test_fields_of_an_app_with_consent_and_without_deletions(account: Account, var: Path) -> None:
    quirks = Quirks(
        registers=frozenset({"tag"}), statuses=("subscribed", "pending"), tells_deletions=False
    )
    app = MemoryApp(timezone.now, quirks)
    app.register("tag", "VIP")
    keep(app, "one", var)
    assert run("fields", "crm").splitlines()[-3:] == [
        "  tag          VIP",
        "  status       subscribed, pending",
        "  deletions    not told",
    ]
    (container,) = json.loads(run("fields", "crm", "--json"))["containers"]
    assert container["segments"] == {"tag": ["VIP"]}
    assert container["statuses"] == ["subscribed", "pending"]
    assert container["tells_deletions"] is False


def test_fields_of_an_unknown_account_suggests_one(account: Account) -> None:
    with pytest.raises(CommandError) as error:
        run("fields", "cmr")
    assert str(error.value) == "There is no account 'cmr'. Did you mean crm?"
    assert error.value.returncode == 2


def test_pause_and_resume(connection: Connection) -> None:
    said = [run(command, "pair") for command in ("pause", "pause", "resume", "resume")]
    assert said == [
        "pair is paused.\n",
        "pair was paused already.\n",
        "pair is active.\n",
        "pair was active already.\n",
    ]


@pytest.mark.parametrize("command", ["pause", "resume"])
def test_a_draft_is_neither_paused_nor_resumed(connection: Connection, command: str) -> None:
    Connection.objects.update(state="draft")
    with pytest.raises(CommandError) as error:
        run(command, "pair")
    assert str(error.value) == (
        "Connection pair is a draft, which writes nothing. "
        "Start it with: manage.py sync pair --approve"
    )
    assert error.value.returncode == 2
    connection.refresh_from_db()
    assert connection.state == "draft"


def test_pause_of_an_unknown_connection_lists_what_there_is(connection: Connection) -> None:
    with pytest.raises(CommandError) as error:
        run("pause", "zzz")
    assert str(error.value) == "There is no connection 'zzz'. There is: pair."
