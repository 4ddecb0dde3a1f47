"""Sealing all credentials, and the secrets of second factors, again with the first key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import models, transaction

from connections.models import Account, Channel, DigestKey, Hook
from connections.staff.second_factor import rotate_factor
from connections.vault import NoKey, check_keys, rotate


@dataclass(slots=True)
class Rotation:
    """How many were sealed anew, how many had the first key already, and what no key opens:
    accounts and channels by their name, second factors by whose they are."""

    rotated: int = 0
    current: int = 0
    locked: tuple[str, ...] = ()


def rotate_all() -> Rotation:
    """Raises NoKey when the keys themselves are unusable."""
    check_keys()
    done = Rotation()
    accounts = Account.objects.exclude(sealed="").order_by("name")
    _each(accounts, _rotate_account, lambda account: account.name, done)
    channels = Channel.objects.exclude(sealed="").order_by("name")
    _each(channels, _rotate_sealed, lambda channel: f"channel {channel.name}", done)
    factors = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).order_by("pk")
    _each(factors, rotate_factor, _named, done)
    for rows in (DigestKey.objects.order_by("pk"), Hook.objects.exclude(sealed="").order_by("pk")):
        _each(rows, _rotate_sealed, str, done)
    return done


def _each(
    rows: models.QuerySet[Any],
    fresh: Callable[[Any], bool],
    name: Callable[[Any], str],
    done: Rotation,
) -> None:
    for pk in rows.values_list("pk", flat=True):
        with transaction.atomic():
            # Locked, so that what is entered at this moment is not overwritten.
            row = rows.model._default_manager.select_for_update().filter(pk=pk).first()
            if row is None:
                continue
            try:
                changed = fresh(row)
            except NoKey:
                done.locked += (name(row),)
                continue
        done.rotated += changed
        done.current += not changed


def _rotate_account(account: Account) -> bool:
    sealed = rotate(account.sealed)
    renewed = account.renewed and rotate(account.renewed)
    if (sealed, renewed) == (account.sealed, account.renewed):
        return False
    account.sealed, account.renewed = sealed, renewed
    account.save(update_fields=["sealed", "renewed"])
    return True


def _rotate_sealed(row: Channel | DigestKey | Hook) -> bool:
    sealed = rotate(row.sealed)
    if sealed == row.sealed:
        return False
    row.sealed = sealed
    row.save(update_fields=["sealed"])
    return True


def _named(factor: Authenticator) -> str:
    return f"second factor of {factor.user.get_username()}"
