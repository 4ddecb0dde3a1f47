"""Authorising an account: credentials are tried at the app before they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from connections.accounts import (
    check_identity,
    collecting,
    keep_container,
    open_account,
    open_app,
    stored_credentials,
)
from connections.models import Account
from connections.vault import seal
from connectors.connector import Connector, ContainerInfo, Identity

#: Sent with ``account`` when credentials work again that did not.
mended = Signal()


@dataclass(frozen=True, slots=True)
class Answer:
    """What an app said to credentials: whose they are, what they open, and what it gave in place
    of some of them (None: the credentials are those that are stored)."""

    identity: Identity
    containers: tuple[ContainerInfo, ...]
    renewed: Mapping[str, str] | None = None


def ask(
    account: Account, credentials: Mapping[str, str], renewed: Mapping[str, str] | None = None
) -> Answer:
    """Sign in at the app. Raises AppError, also when the account was somebody else so far.
    ``renewed``: what the app gave in place of some of the credentials already.

    Takes as long as the app does: not to be called inside a transaction.
    """
    if renewed is None and credentials == stored_credentials(account):
        with closing(open_account(account)) as connector:
            return _answer(account, connector)
    came = dict(renewed or {})
    with closing(open_app(account.app, {**credentials, **came}, collecting(came))) as connector:
        return replace(_answer(account, connector), renewed=came)


def _answer(account: Account, connector: Connector) -> Answer:
    told = connector.identity()
    identity = Identity(told.id, told.name.strip() or told.id)
    check_identity(account, identity)
    return Answer(identity, tuple(connector.containers()))


def keep(
    account: Account,
    credentials: Mapping[str, str],
    answer: Answer,
    by: User | None = None,
    ends: datetime | None = None,
) -> None:
    """Store credentials that the app has accepted, and who brought them; what was wrong with the
    account is over. ``ends``: when the app will end this by itself."""
    was_broken = bool(account.attention)
    account.identity, account.identity_name = answer.identity.id, answer.identity.name
    account.attention = ""
    changed = ["identity", "identity_name", "attention"]
    if answer.renewed is not None:
        account.sealed = seal(credentials)
        account.renewed = seal(answer.renewed) if answer.renewed else ""
        account.authorised_at, account.authorised_by = timezone.now(), by
        account.ends_at = ends
        changed += ["sealed", "renewed", "authorised_at", "authorised_by", "ends_at"]
    # What others write into the row meanwhile (another name, the lock of a renewal) stays.
    account.save(update_fields=changed if account.pk else None)
    _keep_containers(account, answer.containers)
    if was_broken:
        mended.send(Account, account=account)


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
