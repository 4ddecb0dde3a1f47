"""What a person began in a pop-up and how it ended. The page that opened the pop-up asks for the
latter by the id that it made.

What was begun is the session's. How it ended is in the cache: sessions are stored whole, and of two
pop-ups that come back at once one would take back what the other wrote.
"""

from __future__ import annotations

import re
import time
from dataclasses import asdict, dataclass
from secrets import token_hex

from django.core.cache import cache
from django.http import HttpRequest

ID = r"[0-9a-f]{32}"
#: Seconds until a consent page that was left open is of no use any more; allauth's own limit on
#: its state is 600.
LASTS = 590
#: Seconds for which it is known how one ended.
_REMEMBERED = 3600
_BEGUN = "door.begun"
#: As many are under way at once.
_MOST = 10


@dataclass(frozen=True, slots=True)
class Attempt:
    """``id``: the state of the request to the app (RFC 6749 §10.12). ``account``: which one is
    authorised again; None is a new one. ``user``: who began it; ``at``: seconds since 1970.
    ``next``: the page of ours that goes on with the account; "" is that of the account."""

    id: str
    app: str
    account: int | None
    user: int
    at: float
    next: str = ""

    @property
    def is_late(self) -> bool:
        return time.time() - self.at > LASTS


@dataclass(frozen=True, slots=True)
class Outcome:
    """``state``: waiting, done or failed. ``url``: where people go on, or back to."""

    state: str
    message: str = ""
    remedy: str = ""
    url: str = ""


def new_id() -> str:
    return token_hex(16)


def is_id(text: str) -> bool:
    return re.fullmatch(ID, text) is not None


def begin(request: HttpRequest, attempt: Attempt) -> None:
    begun = {**request.session.get(_BEGUN, {}), attempt.id: asdict(attempt)}
    request.session[_BEGUN] = dict(list(begun.items())[-_MOST:])
    settle(attempt, Outcome("waiting"))


def taken(request: HttpRequest, id: str) -> Attempt | None:
    """What was begun by this id, once; None where it is another session's, too old, or over."""
    begun = dict(request.session.get(_BEGUN, {}))
    if id not in begun:  # nothing is written: a stranger would be given a session
        return None
    attempt = Attempt(**begun.pop(id))
    request.session[_BEGUN] = begun
    return None if attempt.is_late else attempt


def settle(attempt: Attempt, outcome: Outcome) -> None:
    cache.set(_key(attempt.user, attempt.id), asdict(outcome), _REMEMBERED)


def outcome_of(user: int, id: str) -> Outcome:
    """One that never began is waited for, too: the pop-up may be slow."""
    found = cache.get(_key(user, id))
    return Outcome(**found) if found else Outcome("waiting")


def _key(user: int, id: str) -> str:
    return f"door/{user}/{id}"
