"""Sealing all credentials again with the first key."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from connections.models import Account
from connections.vault import NoKey, check_keys, rotate


@dataclass(frozen=True, slots=True)
class Rotation:
    """How many were sealed anew, how many had the first key already, and whom no key opens."""

    rotated: int
    current: int
    locked: tuple[str, ...]


def rotate_all() -> Rotation:
    """Raises NoKey when the keys themselves are unusable."""
    check_keys()
    rotated = current = 0
    locked = []
    for pk in Account.objects.exclude(sealed="").order_by("name").values_list("pk", flat=True):
        with transaction.atomic():
            # Locked, so that credentials entered at this moment are not overwritten.
            account = Account.objects.select_for_update().get(pk=pk)
            try:
                sealed = rotate(account.sealed)
                renewed = account.renewed and rotate(account.renewed)
            except NoKey:
                locked.append(account.name)
                continue
            if (sealed, renewed) == (account.sealed, account.renewed):
                current += 1
                continue
            account.sealed, account.renewed = sealed, renewed
            account.save(update_fields=["sealed", "renewed"])
            rotated += 1
    return Rotation(rotated, current, tuple(locked))
