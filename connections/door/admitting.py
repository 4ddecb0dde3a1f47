"""From what an app granted to an account."""

from __future__ import annotations

from itertools import count

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime

from connections.accounts import known_account
from connections.authorise import Answer, ask, keep
from connections.door.opening import label
from connections.models import Account
from connectors import registry
from connectors.door import Granted


def admitted(app: str, granted: Granted, account: Account | None, by: User) -> tuple[Account, str]:
    """The account, and in words what became of it. ``account``: the one that is authorised again.

    Who is known already is not made a second time: that account is authorised again. Raises
    AppError; nothing is changed then, as when the app says that it is somebody else now.
    """
    answer = ask(account or Account(app=app), granted.credentials, granted.renewed)
    try:
        return _entered(app, granted, answer, account, by)
    except IntegrityError:  # of two windows at once the other was first; now it is known
        return _entered(app, granted, answer, account, by)


@transaction.atomic
def _entered(
    app: str, granted: Granted, answer: Answer, account: Account | None, by: User
) -> tuple[Account, str]:
    # The name first: were it chosen after the look for who is known, another window could commit
    # between the two, and the same person would come in under a second name.
    name = _name(app, answer)
    known = account or known_account(app, answer.identity)
    if known and not by.has_perm("connections.change_account"):
        return known, f"Account {known} was connected already; it stays as it is."
    entered = known or Account(app=app, name=name)
    keep(entered, granted.credentials, answer, by, granted.ends)
    return entered, f"Account {entered} is {'authorised again' if known else 'connected'}."


def warning(account: Account) -> str:
    """What is to be done about an authorisation that does not last; "" about one that does."""
    if account.ends_at is None:
        return ""
    door = registry.door(account.app)
    day = date_format(localtime(account.ends_at), "j F Y, H:i")
    tense = "ends" if account.ends_at > timezone.now() else "ended"
    advice = (door.lasting if door else "") or "Authorise the account again."
    return f"This authorisation {tense} on {day}. {advice}"


def _name(app: str, answer: Answer) -> str:
    """Nobody else's; staff may change it."""
    stem = f"{label(app)} {answer.identity.name}"[:90].strip()
    names = (stem if number == 1 else f"{stem} {number}" for number in count(1))
    return next(name for name in names if not Account.objects.filter(name=name).exists())
