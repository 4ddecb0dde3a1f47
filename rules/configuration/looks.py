"""What the apps say: who each account is, its containers and their catalogues."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace

from connections.accounts import (
    check_identity,
    choose_container,
    collecting,
    open_account,
    open_app,
)
from connections.catalogues import vanished
from connections.models import Account
from connectors.connector import Catalogue, Connector, ContainerInfo, Identity
from connectors.errors import AppError
from rules.configuration.logins import Login
from rules.configuration.problems import Problems
from rules.configuration.questions import Question


@dataclass(frozen=True, slots=True)
class Look:
    """One account as its app shows it. ``chosen``: by what a side calls it, the container.
    ``renewed``: what the app gave in place of some of the login's credentials."""

    login: Login
    identity: Identity
    renewed: Mapping[str, str]
    chosen: dict[str, ContainerInfo] = field(default_factory=dict)
    catalogues: dict[str, Catalogue] = field(default_factory=dict)


#: ``look_at``, or ``as_last_read``.
Looking = Callable[[Iterable[Login], Iterable[Question], Problems], dict[str, Look]]


def look_at(
    logins: Iterable[Login], questions: Iterable[Question], problems: Problems
) -> dict[str, Look]:
    """By account name; an account that cannot be opened is left out and its error noted."""
    asked = list(questions)
    found: dict[str, Look] = {}
    for login in logins:
        renewed: dict[str, str] = {}
        try:
            with closing(_opened(login, renewed)) as connector:
                found[login.name] = _look(login, connector, renewed, asked, problems)
        except AppError as error:
            problems.error(login.place, f"Account {login.name}: {error}")
    return found


def as_last_read(
    logins: Iterable[Login], questions: Iterable[Question], problems: Problems
) -> dict[str, Look]:
    """The same from the tables, without asking the apps; of accounts that are stored."""
    asked = list(questions)
    return {
        login.name: _last_look(login, login.stored, asked, problems)
        for login in logins
        if login.stored
    }


def _last_look(
    login: Login, account: Account, asked: Iterable[Question], problems: Problems
) -> Look:
    look = Look(login, Identity(account.identity, account.identity_name), {})
    rows = {row.remote_id: row for row in account.containers.all()}
    known = [ContainerInfo(row.remote_id, row.name) for row in rows.values()]
    for question in asked:
        if question.account != login.name or question.container in look.chosen:
            continue
        try:
            info = choose_container(known, question.container, login.name)
        except AppError as error:
            problems.error(question.place, str(error))
        else:
            look.chosen[question.container] = info
            look.catalogues[info.id] = rows[info.id].catalogue
    return look


def _opened(login: Login, renewed: dict[str, str]) -> Connector:
    if login.stored and not login.changed:
        return open_account(login.stored)
    return open_app(login.app, login.credentials, collecting(renewed))


def _look(
    login: Login,
    connector: Connector,
    renewed: Mapping[str, str],
    asked: Iterable[Question],
    problems: Problems,
) -> Look:
    look = Look(login, connector.identity(), renewed)
    check_identity(login.stored or Account(name=login.name, app=login.app), look.identity)
    rows = login.stored.containers.all() if login.stored else ()
    before = {row.remote_id: row.catalogue for row in rows}
    offered: list[ContainerInfo] | None = None
    for question in asked:
        if question.account != login.name or question.container in look.chosen:
            continue
        if offered is None:
            offered = connector.containers()
        try:
            info = choose_container(offered, question.container, login.name)
            if info.id not in look.catalogues:
                now = connector.catalogue(info.id)
                gone = vanished(before[info.id], now) if info.id in before else {}
                look.catalogues[info.id] = replace(now, vanished=gone)
            look.chosen[question.container] = info
        except AppError as error:
            problems.error(question.place, str(error))
    return look
