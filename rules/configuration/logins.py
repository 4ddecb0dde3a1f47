"""The credentials of the accounts that a file speaks of: from the file, the environment and what
is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from connections.accounts import stored_credentials
from connections.models import Account
from connections.vault import NoKey, unseal
from connectors import registry
from rules.configuration.accounts import WantedAccount
from rules.configuration.document import suggest
from rules.configuration.problems import Place, Problems
from rules.configuration.questions import Question


@dataclass(frozen=True, slots=True)
class Login:
    """How to open an account. ``stored`` is its row, if there is one; ``named``: the file lists
    it; ``changed`` names the credentials that differ from what is stored."""

    name: str
    app: str
    credentials: Mapping[str, str] = field(repr=False)
    stored: Account | None
    named: bool
    changed: tuple[str, ...]
    place: Place


def logins_of(
    accounts: Mapping[str, WantedAccount], questions: Iterable[Question], problems: Problems
) -> dict[str, Login]:
    """By name, those that the file lists or that a side needs, as far as their credentials are
    known; what is wrong with the others is noted."""
    stored = {account.name: account for account in Account.objects.all()}
    logins = [_login(wanted, stored.get(wanted.name), problems) for wanted in accounts.values()]
    found = {login.name: login for login in logins if login}
    for question in questions:
        name, place = question.account, question.place
        if name in accounts or name in found:
            continue
        if name not in stored:
            known = [*accounts, *stored]
            problems.error(place, f"There is no account {name!r}. {suggest(name, known)}")
        elif login := _login_as_stored(stored[name], place, False, problems):
            found[name] = login
    return found


def _login(wanted: WantedAccount, row: Account | None, problems: Problems) -> Login | None:
    if not wanted.sound:
        return None
    if row is None:
        return _new_login(wanted, problems)
    if wanted.app and wanted.app != row.app:
        problems.error(
            wanted.place,
            f"Account {row.name} is one of {row.app}: its app cannot change. Make another account.",
        )
        return None
    if wanted.credentials is None:
        return _login_as_stored(row, wanted.place, True, problems)
    old = stored_credentials(row)
    credentials = {**wanted.credentials, **_kept_secrets(wanted, row, old)}
    if missing := {key: name for key, name in wanted.unset.items() if key not in credentials}:
        for key, variable in missing.items():
            problems.error(wanted.at[key], _unset(variable, stored=bool(old.get(key))))
        return None
    keys = [*old, *(key for key in credentials if key not in old)]
    changed = tuple(key for key in keys if old.get(key) != credentials.get(key))
    return Login(row.name, row.app, credentials, row, True, changed, wanted.place)


def _new_login(wanted: WantedAccount, problems: Problems) -> Login | None:
    at = wanted.place
    if not wanted.app:
        apps = ", ".join(sorted(registry.APPS))
        problems.error(
            Place(at.line, "accounts.app"), f"A new account needs its app, one of: {apps}."
        )
    if wanted.credentials is None:
        problems.error(
            Place(at.line, "accounts.credentials"), "A new account needs its credentials."
        )
    for key, variable in wanted.unset.items():
        problems.error(wanted.at[key], _unset(variable, stored=False))
    if not wanted.app or wanted.credentials is None or wanted.unset:
        return None
    changed = tuple(wanted.credentials)
    return Login(wanted.name, wanted.app, wanted.credentials, None, True, changed, at)


def _kept_secrets(wanted: WantedAccount, row: Account, old: Mapping[str, str]) -> dict[str, str]:
    """Stored secrets whose variable is not set, as in a file that dumpconfig wrote.

    Kept only while everything that is not secret stays the same: a password must not travel
    to another address because a file says so.
    """
    specs = registry.connector_class(row.app).credentials
    secret = {spec.name for spec in specs if spec.secret}
    open_ones = {spec.name for spec in specs} - secret
    given = wanted.credentials or {}
    if any(old.get(name) != given.get(name) for name in open_ones):
        return {}
    return {key: old[key] for key in wanted.unset if key in secret and key in old}


def _login_as_stored(row: Account, place: Place, named: bool, problems: Problems) -> Login | None:
    try:
        return Login(row.name, row.app, unseal(row.sealed), row, named, (), place)
    except NoKey as error:
        problems.error(place, f"Account {row.name}: {error}")
        return None


def _unset(variable: str, stored: bool) -> str:
    text = f"The environment has no {variable}. Set it there or in .env."
    if stored:
        text += " (The stored one is kept only while the account's other credentials stay.)"
    return text
