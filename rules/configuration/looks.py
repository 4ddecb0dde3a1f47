"""What the apps say: who each account is, its containers and their catalogues."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace

from connections.accounts import check_identity, choose_container, open_app
from connections.catalogues import vanished
from connections.models import Account
from connectors.connector import Catalogue, Connector, ContainerInfo, Identity
from connectors.errors import AppError
from rules.configuration.logins import Login
from rules.configuration.problems import Problems
from rules.configuration.questions import Question


@dataclass(frozen=True, slots=True)
class Look:
    """One account as its app shows it. ``chosen``: by what a side calls it, the container."""

    login: Login
    identity: Identity
    chosen: dict[str, ContainerInfo] = field(default_factory=dict)
    catalogues: dict[str, Catalogue] = field(default_factory=dict)


def look_at(
    logins: Iterable[Login], questions: Iterable[Question], problems: Problems
) -> dict[str, Look]:
    """By account name; an account that cannot be opened is left out and its error noted."""
    asked = list(questions)
    found: dict[str, Look] = {}
    for login in logins:
        try:
            with closing(open_app(login.app, login.credentials)) as connector:
                found[login.name] = _look(login, connector, asked, problems)
        except AppError as error:
            problems.error(login.place, f"Account {login.name}: {error}")
    return found


def _look(
    login: Login, connector: Connector, asked: Iterable[Question], problems: Problems
) -> Look:
    look = Look(login, connector.identity())
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
