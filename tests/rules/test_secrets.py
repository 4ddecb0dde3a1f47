"""Secrets on their way through the configuration file: with a real address book server, since a
secret is tried out before it is stored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from connections.models import Account
from connections.vault import unseal
from rules.configuration.dumping import dump
from rules.configuration.loading import load
from rules.configuration.problems import ConfigurationError
from tests.connectors.carddav.servers import PASSWORD, RadicaleServer


@pytest.fixture
def server(db: None, tmp_path: Path) -> Iterator[RadicaleServer]:
    with RadicaleServer(tmp_path / "radicale") as running:
        running.new_book()
        yield running


def file(server: RadicaleServer, password: str, url: str = "") -> str:
    credentials = server.credentials(url)
    return (
        "accounts:\n"
        "  - name: home\n"
        "    app: carddav\n"
        f'    credentials: {{url: "{credentials["url"]}", username: alice, '
        f'password: "{password}"}}\n'
    )


def stored_password() -> str:
    return unseal(Account.objects.get().sealed)["password"]


def errors_of(text: str, environment: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigurationError) as error:
        load(text, environment)
    return [str(problem) for problem in error.value.problems]


def test_a_secret_comes_from_the_environment_and_is_in_no_dump(server: RadicaleServer) -> None:
    outcome = load(file(server, "${HOME_PASSWORD}"), {"HOME_PASSWORD": PASSWORD})
    assert outcome.warnings == ()
    assert stored_password() == PASSWORD
    assert "password: '${HOME_PASSWORD}'" in dump()
    assert PASSWORD not in dump()


def test_a_literal_secret_is_taken_with_a_warning_that_does_not_show_it(
    server: RadicaleServer,
) -> None:
    outcome = load(file(server, PASSWORD), {})
    assert [str(warning) for warning in outcome.warnings] == [
        "4: accounts.credentials.password: The secret stands in the file. Put it into .env or "
        "the environment and write ${NAME} here."
    ]
    assert stored_password() == PASSWORD


def test_the_dump_loads_without_its_variables(server: RadicaleServer) -> None:
    load(file(server, PASSWORD), {})
    assert load(dump(), {}).changes == ()
    assert stored_password() == PASSWORD


def test_a_variable_that_is_set_changes_the_secret(server: RadicaleServer) -> None:
    load(file(server, PASSWORD), {})
    (said,) = errors_of(dump(), {"HOME_PASSWORD": "wrong"})
    assert said.startswith("2: accounts.name: Account home: ")
    assert said.endswith("Enter the account's credentials again.")
    assert "wrong" not in said
    assert stored_password() == PASSWORD


def test_a_stored_secret_does_not_travel_to_another_address(server: RadicaleServer) -> None:
    load(file(server, PASSWORD), {})
    elsewhere = file(server, "${HOME_PASSWORD}", url="http://127.0.0.1:9/alice/")
    assert errors_of(elsewhere, {}) == [
        "4: accounts.credentials.password: The environment has no HOME_PASSWORD. Set it there or "
        "in .env. (The stored one is kept only while the account's other credentials stay.)"
    ]


def test_no_secret_is_found_in_the_database(server: RadicaleServer) -> None:
    load(file(server, PASSWORD), {})
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            assert PASSWORD not in str(cursor.fetchall())


def test_accounts_of_like_names_get_variables_of_their_own(server: RadicaleServer) -> None:
    load(file(server, PASSWORD), {})
    Account.objects.create(name="HOME!", app="carddav", sealed=Account.objects.get().sealed)
    Account.objects.create(name="home ", app="carddav", sealed=Account.objects.first().sealed)
    assert [line.split("'")[1] for line in dump().splitlines() if "password" in line] == [
        "${HOME__PASSWORD}",
        "${HOME_PASSWORD}",
        "${HOME__PASSWORD_2}",
    ]
