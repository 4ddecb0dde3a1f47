"""Mistakes in a configuration file or on the command line, as the operator sees them. (All that
can be wrong with a file: tests/rules/test_broken_files.py.)"""

from __future__ import annotations

import pytest

from tests.connectors.carddav.servers import RadicaleServer
from tests.stories.installation import Installation, InThisProcess, account

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only


def test_wrong_password_in_the_configuration_file(
    accord: Installation, radicale: RadicaleServer
) -> None:
    book = radicale.new_book()
    accord.environment["HOME_PASSWORD"] = "wrong"
    said = accord.load("accounts:\n" + account("home", radicale.credentials(book)))
    assert (said.status, said.out) == (2, "")
    assert said.err == (
        f"CommandError: {accord.file}:2: accounts.name: Account home: 127.0.0.1 refuses the user "
        "name or the password. Enter the account's credentials again.\nNothing was loaded.\n"
    )


def test_configuration_file_that_is_wrong(accord: Installation) -> None:
    said = accord.load(
        "accounts:\n"
        "  - {name: one, app: carddav, credentials: {url: 'ftp://x'}}\n"
        "  - {name: two, app: cardav}\n"
        "connections:\n"
        "  - {name: pair, a: {account: one}, b: {account: thre}, direction: sideways}\n"
    )
    assert (said.status, said.out) == (2, "")
    assert said.err.replace(str(accord.file), "FILE").splitlines() == [
        "CommandError: FILE:2: accounts.name: Account one: The URL of the CardDAV account is not "
        "a web address. Enter one such as https://dav.example.org/ , without user name or "
        "password in it.",
        "FILE:3: accounts.app: There is no app 'cardav'. Did you mean carddav?",
        "FILE:5: connections.b.account: There is no account 'thre'. There is: one, two.",
        "FILE:5: connections.direction: 'sideways' is none of two-way, a-to-b, b-to-a.",
        "Nothing was loaded.",
    ]
    said = accord.manage("loadconfig", "no-such-file.yaml")
    assert (said.status, said.err) == (
        2,
        "CommandError: no-such-file.yaml: cannot be read: No such file or directory.\n",
    )


def test_names_that_do_not_exist(quick: InThisProcess) -> None:
    said = quick.manage("sync", "peer")
    assert (said.status, said.out, said.err) == (
        2,
        "",
        "CommandError: There is no connection peer. There is: none yet: make one with loadconfig "
        "or in the admin.\n",
    )
