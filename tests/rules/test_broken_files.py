"""Configuration files that are wrong: each with all that is said about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from connections.models import Account, Connection, Container
from connectors.memory.app import MemoryApp
from rules.configuration.loading import load
from rules.models import Revision
from sync.models import Planned

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

ACCOUNTS = """
accounts:
  - {name: one, app: memory, credentials: {name: one}}
  - {name: two, app: memory, credentials: {name: two}}
connections:
  - name: pair
    a: {account: one}
    b: {account: two}
"""
#: (name, what follows ACCOUNTS from line 9 on, or a whole file; what is said)
IN_PAIR: list[tuple[str, str, list[str]]] = [
    (
        "unknown key",
        "    directon: two-way",
        ["9: connections.directon: There is no such key. Did you mean direction?"],
    ),
    (
        "unknown direction",
        "    direction: both",
        ["9: connections.direction: 'both' is none of two-way, a-to-b, b-to-a."],
    ),
    ("unknown winner", "    winner: c", ["9: connections.winner: 'c' is none of a, b."]),
    (
        "no boolean",
        "    never_blank: maybe",
        ["9: connections.never_blank: This must be true or false, not 'maybe'."],
    ),
    (
        "no number",
        "    interval: 2.5",
        ["9: connections.interval: This must be a whole number from 1 to 10080, not '2.5'."],
    ),
    (
        "number too small",
        "    interval: 0",
        ["9: connections.interval: This must be a whole number from 1 to 10080, not '0'."],
    ),
    (
        "no country",
        "    region: Belgium",
        ["9: connections.region: 'Belgium' is no country: write its two letters, such as BE."],
    ),
    (
        "unknown state",
        "    state: running",
        ["9: connections.state: 'running' is none of draft, active, paused."],
    ),
    (
        "unknown brake",
        "    brakes: {mark: [5, 0.05]}",
        ["9: connections.brakes.mark: There is no such key. Did you mean marks?"],
    ),
    (
        "brake without share",
        "    brakes: {marks: 5}",
        [
            "9: connections.brakes.marks: This must be a number and a share from 0 to 1, "
            "such as [10, 0.2]."
        ],
    ),
    (
        "share in percent",
        "    brakes:\n      overwrites: [10, 20]\n      most: all",
        [
            "10: connections.brakes.overwrites: This must be a number and a share from 0 to 1, "
            "such as [10, 0.2].",
            "11: connections.brakes.most: This must be a whole number from 0 to 999999, not 'all'.",
        ],
    ),
    (
        "value map",
        '    mappings:\n      - {a: "custom:Size", b: "custom:Size", values: {S: Small}}',
        [
            "10: connections.mappings.values: Values are translated between choices only; "
            "Size of a is text, Size of b text."
        ],
    ),
    (
        "unknown field",
        "    mappings:\n      - {a: email, arrow: '->', b: emails}",
        ["10: connections.mappings.a: Side a has no field 'email'. Did you mean emails?"],
    ),
    (
        "unknown custom field",
        "    mappings:\n      - {a: notes, arrow: '->', b: 'custom:Sise'}",
        [
            "10: connections.mappings.a: Side b has no field 'custom:Sise'. "
            "Did you mean custom:Size?"
        ],
    ),
    (
        "unknown arrow",
        "    mappings:\n      - {a: emails, arrow: '=>', b: emails}",
        ["10: connections.mappings.arrow: '=>' is none of <->, ->, <-."],
    ),
    (
        "line without a field",
        "    mappings:\n      - {a: emails}",
        ["10: connections.mappings.b: This is missing."],
    ),
    (
        "line twice",
        "    mappings:\n      - {a: notes, b: notes}\n      - {a: notes, b: notes}",
        ["11: connections.mappings.a: The line notes – notes is here twice; see line 10."],
    ),
    (
        "types that do not fit",
        "    mappings:\n      - {a: emails, b: phones, on: false}",
        [
            "10: connections.mappings.a: E-mail addresses and Phone numbers cannot be mapped: "
            "E-mail addresses (e-mail list) → Phone numbers (phone list): the types do not fit. "
            "Phone numbers (phone list) → E-mail addresses (e-mail list): the types do not fit."
        ],
    ),
    (
        "arrow against the types",
        "    mappings:\n      - {a: 'custom:Shoes', arrow: '<->', b: 'custom:Size'}",
        [
            "10: connections.mappings.a: Between Shoes and Size only -> is "
            "possible: Size (text) → Shoes (number): its value can be written as text, but text "
            "cannot be read back as number."
        ],
    ),
    (
        "field that can only be read",
        "    mappings:\n      - {a: 'custom:Shoes', arrow: '->', b: 'custom:Score'}",
        [
            "10: connections.mappings.a: Between Shoes and Score only <- is "
            "possible: Score can only be read."
        ],
    ),
    (
        "field written by two lines",
        "    mappings:\n      - {a: 'custom:Size', arrow: '->', b: nickname}",
        [
            "10: connections.mappings.a: Nickname of b would be written by two lines: "
            "nickname <-> nickname and custom:Size -> nickname. Switch one off: "
            "{a: 'nickname', arrow: '<->', b: 'nickname', on: false}."
        ],
    ),
    (
        "a key twice",
        "    winner: a\n    winner: b",
        ["10: connections.winner: This key is here twice; the first is in line 9."],
    ),
    (
        "a connection twice",
        "  - name: pair\n    a: {account: one}\n    b: {account: two}",
        ["9: connections.name: Connection pair is here twice; see line 5."],
    ),
    (
        "two containers in two connections",
        "  - name: mirror\n    a: {account: two}\n    b: {account: one, container: contacts}",
        [
            "9: connections.name: two · Contacts and one · Contacts are joined by connection "
            "pair already. Change that one, or give this one another container."
        ],
    ),
    (
        "one container on both sides",
        "  - name: loop\n    a: {account: one}\n    b: {account: one}",
        [
            "9: connections.name: Both sides are one · Contacts. Give one another container.",
        ],
    ),
    (
        "unknown account",
        "  - name: other\n    a: {account: oen}\n    b: {account: two}",
        ["10: connections.a.account: There is no account 'oen'. Did you mean one?"],
    ),
    (
        "unknown container",
        "  - name: other\n    a: {account: one, container: Friends}\n    b: {account: two}",
        [
            "10: connections.a.account: Account one has no container 'Friends'. "
            "There is: Contacts (contacts)."
        ],
    ),
    (
        "a side missing",
        "  - name: other\n    a: {account: one}",
        ["9: connections.b: A new connection needs its side b."],
    ),
    (
        "a side that is no table",
        "  - name: other\n    a: one\n    b: {acount: two}",
        [
            "10: connections.a: This must be a table of keys and values, not 'one'.",
            "11: connections.b.account: This is missing.",
            "11: connections.b.acount: There is no such key. Did you mean account?",
        ],
    ),
    (
        "everything at once",
        "    direction: x\n    winner: y\n  - name: ''\n    rules: 7",
        [
            "9: connections.direction: 'x' is none of two-way, a-to-b, b-to-a.",
            "10: connections.winner: 'y' is none of a, b.",
            "11: connections.name: This must not be empty.",
            "12: connections.rules: This must be a list, not '7'.",
        ],
    ),
]
WHOLE: list[tuple[str, str, list[str]]] = [
    ("empty", "", ["1: The file is empty. It names accounts and connections."]),
    ("only comments", "# nothing\n", ["1: The file is empty. It names accounts and connections."]),
    ("a text", "hello", ["1: This must be a table of keys and values, not 'hello'."]),
    ("a list", "- one\n", ["1: This must be a table of keys and values, not a list."]),
    (
        "not YAML",
        "accounts:\n  - {name: one, app: memory\nconnections: []\n",
        ["3: This is not YAML: expected ',' or '}', but got ':'."],
    ),
    (
        "a tabulator",
        "accounts:\n\t- name: one\n",
        ["2: This is not YAML: found character '\\t' that cannot start any token."],
    ),
    (
        "a control character",
        "accounts: []\nconnections: \x07\n",
        ["2: This is not YAML: it holds a control character."],
    ),
    (
        "two documents",
        "accounts: []\n---\nconnections: []\n",
        ["2: This is not YAML: but found another document."],
    ),
    (
        "a password that begins with a star",
        "accounts:\n  - {name: x, app: google, credentials: {access_token: *secret}}\n",
        ["2: This is not YAML: a text that begins with * or ! has to be in quotes."],
    ),
    (
        "a password that begins and ends with a mark",
        "accounts:\n  - {name: x, app: google, credentials: {access_token: !secret!x y}}\n",
        ["2: This is not YAML: a text that begins with * or ! has to be in quotes."],
    ),
    (
        "a secret in place of credentials",
        "accounts:\n  - {name: x, app: google, credentials: secret}\n",
        ["2: accounts.credentials: This must be a table of keys and values, not a text."],
    ),
    (
        "unknown top key",
        "account: []\n",
        ["1: account: There is no such key. Did you mean accounts?"],
    ),
    ("no list", "accounts: {name: x}\n", ["1: accounts: This must be a list, not a table."]),
    (
        "a key that is a list",
        "? [a]\n: b\n",
        ["1: A key must be a word."],
    ),
    (
        "unknown app",
        "accounts:\n  - {name: x, app: cardav, credentials: {url: u}}\n",
        ["2: accounts.app: There is no app 'cardav'. Did you mean carddav?"],
    ),
    (
        "new account without anything",
        "accounts:\n  - name: x\n",
        [
            "2: accounts.app: A new account needs its app, one of: carddav, contactually, "
            "ghost, google, mailchimp, memory.",
            "2: accounts.credentials: A new account needs its credentials.",
        ],
    ),
    (
        "account without a name",
        "accounts:\n  - {app: memory, credentials: {name: one}}\n",
        ["2: accounts.name: This is missing."],
    ),
    (
        "account with a name that is none",
        "accounts:\n  - {name: 'a\tb', app: memory, credentials: {name: one}}\n",
        ["2: accounts.name: A name is one line of at most 100 characters, without blanks around."],
    ),
    (
        "account twice",
        "accounts:\n  - &x {name: one, app: memory, credentials: {name: one}}\n  - *x\n",
        ["2: accounts.name: Account one is here twice; see line 2."],
    ),
    (
        "unknown credential",
        "accounts:\n  - {name: x, app: memory, credentials: {nam: one}}\n",
        [
            "2: accounts.credentials.nam: There is no such key. Did you mean name?",
            "2: accounts.credentials.name: This is missing: Name.",
        ],
    ),
    (
        "credential that is a list",
        "accounts:\n  - {name: x, app: memory, credentials: {name: [one]}}\n",
        [
            "2: accounts.credentials.name: This must be text, not a list.",
        ],
    ),
    (
        "variable that is not set",
        "accounts:\n  - {name: x, app: memory, credentials: {name: '${NOBODY}'}}\n",
        ["2: accounts.credentials.name: The environment has no NOBODY. Set it there or in .env."],
    ),
    (
        "variable that is none",
        "accounts:\n  - {name: x, app: memory, credentials: {name: '${1 X}'}}\n",
        [
            "2: accounts.credentials.name: '1 X' is not the name of a variable: write ${NAME}.",
        ],
    ),
    (
        "credentials that the app refuses",
        "accounts:\n  - {name: x, app: memory, credentials: {name: 'a/b'}}\n",
        [
            "2: accounts.name: Account x: The name of a memory app is missing or has other "
            "characters. Give it letters, digits, - and _ only."
        ],
    ),
    (
        "one container by two accounts",
        "accounts:\n"
        "  - {name: x, app: memory, credentials: {name: one}}\n"
        "  - {name: y, app: memory, credentials: {name: one}}\n"
        "  - {name: z, app: memory, credentials: {name: two}}\n"
        "  - {name: t, app: memory, credentials: {name: three}}\n"
        "connections:\n"
        "  - {name: loop, a: {account: x}, b: {account: y}}\n"
        "  - {name: one, a: {account: x}, b: {account: z}}\n"
        "  - {name: two, a: {account: y}, b: {account: t}}\n",
        [
            "7: connections.name: Both sides are x · Contacts. Give one another container.",
            "9: connections.name: Connection one reaches Contacts by the account x. "
            "Use that account here too.",
        ],
    ),
]


def said_about(path: Path) -> list[str]:
    with pytest.raises(CommandError) as error:
        call_command("loadconfig", str(path))
    assert error.value.returncode == 2
    *lines, last = str(error.value).splitlines()
    assert last == "Nothing was loaded."
    return [line.removeprefix(f"{path}:") for line in lines]


def stored() -> list[int]:
    return [model.objects.count() for model in (Account, Container, Connection, Revision)]


@pytest.mark.parametrize(("text", "said"), [c[1:] for c in IN_PAIR], ids=[c[0] for c in IN_PAIR])
def test_a_broken_connection_is_told_and_nothing_loaded(
    apps: dict[str, MemoryApp], tmp_path: Path, text: str, said: list[str]
) -> None:
    path = tmp_path / "accord.yaml"
    path.write_text(f"{ACCOUNTS.lstrip()}\n{text}\n")
    assert said_about(path) == said
    assert stored() == [0, 0, 0, 0]


@pytest.mark.parametrize(("text", "said"), [c[1:] for c in WHOLE], ids=[c[0] for c in WHOLE])
def test_a_broken_file_is_told_and_nothing_loaded(
    apps: dict[str, MemoryApp], tmp_path: Path, text: str, said: list[str]
) -> None:
    path = tmp_path / "accord.yaml"
    path.write_text(text)
    assert said_about(path) == said
    assert stored() == [0, 0, 0, 0]


def test_a_file_that_is_not_there(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as error:
        call_command("loadconfig", str(tmp_path / "no.yaml"))
    assert str(error.value) == f"{tmp_path}/no.yaml: cannot be read: No such file or directory."


def test_a_file_that_is_not_utf8(db: None, tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes("accounts: [é]".encode("latin-1"))
    with pytest.raises(CommandError) as error:
        call_command("loadconfig", str(tmp_path / "latin.yaml"))
    assert str(error.value) == f"{tmp_path}/latin.yaml: is not a text in UTF-8."


@pytest.fixture
def loaded(apps: dict[str, MemoryApp]) -> Connection:
    load(ACCOUNTS, {})
    return Connection.objects.get()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "accounts:\n  - {name: one, app: carddav}\n",
            "2: accounts.name: Account one is one of memory: its app cannot change. "
            "Make another account.",
        ),
        (
            "accounts:\n  - {name: one, credentials: {name: three}}\n",
            "2: accounts.name: Account one: Account one was one and now signs in as three. "
            "Enter the credentials of the former, or make another account for the latter.",
        ),
        (
            "accounts:\n"
            "  - {name: uno, app: memory, credentials: {name: one}}\n"
            "  - {name: three, app: memory, credentials: {name: three}}\n"
            "connections:\n  - {name: new, a: {account: three}, b: {account: uno}}\n",
            "5: connections.name: Connection pair reaches Contacts by the account one. "
            "Use that account here too.",
        ),
        (
            "accounts:\n  - {name: three, app: memory, credentials: {name: three}}\n"
            "connections:\n  - name: pair\n    b: {account: three}\n",
            "5: connections.b: The connection has run: its side b stays two · Contacts. "
            "Make another connection for another container.",
        ),
        (
            "connections:\n  - {name: pair, state: draft}\n",
            "2: connections.state: The connection has run, so it is no draft any more. "
            "Write paused.",
        ),
        (
            "connections:\n  - {name: new, a: {account: two}, b: {account: one}}\n",
            "2: connections.name: two · Contacts and one · Contacts are joined by connection "
            "pair already. Change that one, or give this one another container.",
        ),
    ],
    ids=["app", "identity", "second account", "container", "draft", "same containers"],
)
def test_what_is_stored_sets_limits(
    loaded: Connection, tmp_path: Path, text: str, said: str
) -> None:
    Connection.objects.update(state="active")
    Planned.objects.create(connection=loaded, first_done_at=loaded.created_at)
    path = tmp_path / "accord.yaml"
    path.write_text(text)
    before = stored()
    assert said_about(path) == [said]
    assert stored() == before


def test_credentials_that_no_key_opens_are_named(
    loaded: Connection, settings: object, tmp_path: Path
) -> None:
    Account.objects.filter(name="one").update(sealed="12345678:lost")
    path = tmp_path / "accord.yaml"
    path.write_text("connections:\n  - {name: pair, interval: 7}\n")
    (said,) = said_about(path)
    assert said.startswith(
        "2: connections.a: Account one: The credentials were sealed with key 12345678, which is "
        "not among CREDENTIALS_KEYS"
    )
