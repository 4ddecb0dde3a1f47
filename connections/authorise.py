"""Authorising an account: credentials are tried at the app before they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from django.db import transaction

from connections.accounts import check_identity, keep_container, open_account, open_app
from connections.models import Account
from connections.vault import seal
from connectors.connector import ContainerInfo, Identity


@dataclass(frozen=True, slots=True)
class Answer:
    """What an app said to credentials: whose they are, and what they open."""

    identity: Identity
    containers: tuple[ContainerInfo, ...]


def ask(account: Account, credentials: Mapping[str, str]) -> Answer:
    """Sign in at the app. Raises AppError, also when the account was somebody else so far.

    Takes as long as the app does: not to be called inside a transaction.
    """
    with closing(open_app(account.app, credentials)) as connector:
        identity = connector.identity()
        check_identity(account, identity)
        return Answer(identity, tuple(connector.containers()))


def keep(account: Account, credentials: Mapping[str, str], answer: Answer) -> None:
    """Store credentials that the app has accepted; what was wrong with them is over."""
    account.sealed, account.renewed = seal(credentials), ""
    account.identity, account.identity_name = answer.identity.id, answer.identity.name
    account.attention = ""
    account.save()
    _keep_containers(account, answer.containers)


def refresh_containers(account: Account) -> int:
    """Ask the app which containers there are; returns how many. Raises AppError."""
    with closing(open_account(account)) as connector:
        offered = connector.containers()
    _keep_containers(account, offered)
    return len(offered)


def _keep_containers(account: Account, offered: Sequence[ContainerInfo]) -> None:
    """One that is offered no longer stays: a connection may stand on it."""
    with transaction.atomic():
        for info in offered:
            keep_container(account, info)
