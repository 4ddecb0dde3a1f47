"""The accounts of a file: their form, and what the environment has to add. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors import registry
from connectors.connector import Credential
from rules.configuration.document import Table, suggest
from rules.configuration.problems import Place, Problems

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class WantedAccount:
    """``credentials`` is None when the file does not name them; ``unset`` tells, by credential,
    which variable the environment lacks. Not ``sound``: something is wrong with it already."""

    name: str
    app: str
    place: Place
    credentials: Mapping[str, str] | None = field(default=None, repr=False)
    unset: Mapping[str, str] = field(default_factory=dict)
    at: Mapping[str, Place] = field(default_factory=dict)
    sound: bool = True


def read_accounts(
    root: Table, environment: Mapping[str, str], problems: Problems
) -> dict[str, WantedAccount]:
    found: dict[str, WantedAccount] = {}
    for table in root.tables("accounts"):
        account = _read(table, environment, problems)
        if account is None:
            continue
        if account.name in found:
            first = found[account.name].place.line
            table.error("name", f"Account {account.name} is here twice; see line {first}.")
        else:
            found[account.name] = account
    return found


def read_name(table: Table) -> str | None:
    name = table.text("name", required=True)
    if name is None:
        return None
    if len(name) > LONGEST_NAME or not name.isprintable() or name != name.strip():
        table.error(
            "name",
            f"A name is one line of at most {LONGEST_NAME} characters, without blanks around.",
        )
        return None
    return name


def _read(table: Table, environment: Mapping[str, str], problems: Problems) -> WantedAccount | None:
    errors_before = len(problems.errors)
    table.only("name", "app", "credentials")
    name = read_name(table)
    app = table.text("app") or ""
    if app and app not in registry.APPS:
        table.error("app", f"There is no app {app!r}. {suggest(app, registry.APPS)}")
        app = ""
    if name is None:
        return None
    if table.is_text("credentials"):  # it is probably one of them, and no error shows those
        table.error("credentials", "This must be a table of keys and values, not a text.")
        return None
    given = table.table("credentials")
    if given is None:
        sound = len(problems.errors) == errors_before
        return WantedAccount(name, app, table.at("name"), sound=sound)
    specs = {item.name: item for item in registry.connector_class(app).credentials} if app else {}
    if specs:
        given.only(*specs)
    credentials, unset = _credentials(given, specs, environment, problems)
    at = {key: given.at(key) for key in (*credentials, *unset, *specs)}
    sound = len(problems.errors) == errors_before
    return WantedAccount(name, app, table.at("name"), credentials, unset, at, sound)


def _credentials(
    given: Table,
    specs: Mapping[str, Credential],
    environment: Mapping[str, str],
    problems: Problems,
) -> tuple[dict[str, str], dict[str, str]]:
    """What is given, and by credential the variable that is not set."""
    credentials: dict[str, str] = {}
    unset: dict[str, str] = {}
    for key in given:
        text = given.text(key)
        if text is None or (specs and key not in specs):
            continue
        variables = _VARIABLE.findall(text)
        if wrong := [name for name in variables if not name.isidentifier()]:
            given.error(key, f"{wrong[0]!r} is not the name of a variable: write ${{NAME}}.")
        elif missing := [name for name in variables if not environment.get(name)]:
            unset[key] = missing[0]
        else:
            credentials[key] = _VARIABLE.sub(lambda found: environment[found[1]], text)
            if not variables and key in specs and specs[key].secret:
                problems.warn(
                    given.at(key),
                    "The secret stands in the file. Put it into .env or the environment and "
                    "write ${NAME} here.",
                )
    for key, spec in specs.items():
        if spec.required and (key not in given or credentials.get(key) == ""):
            given.error(key, f"This is missing: {spec.label}.")
    return credentials, unset
