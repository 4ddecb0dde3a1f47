"""What every rule needs to know: whose contacts, what time it is, which oddities are on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.sandbox.contactually.quirks import Quirks
from connectors.sandbox.store import Store

_YEARS = range(1900, 2200)


@dataclass(frozen=True, slots=True)
class Desk:
    """One account."""

    store: Store
    account: str
    now: Callable[[], datetime]
    quirks: Quirks

    def kind(self, word: str) -> str:
        """Of documents that belong to this account alone."""
        return f"contactually/{word}/{self.account}"

    def stamp(self) -> str:
        return stamp(self.now())

    def id(self, word: str) -> str:
        """The next one, as ``contact_31``."""
        return f"{word}_{self.store.next(f'contactually/{word}')}"


def stamp(moment: datetime) -> str:
    """As kept: ``2018-11-20T01:28:34Z``, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(text: str) -> float:
    """Of a kept timestamp, since 1970."""
    return datetime.fromisoformat(text).timestamp()


def moment(text: object) -> datetime | None:
    """What a client wrote as a date or time; None where it is neither, or of no year in which
    anybody keeps contacts. UTC unless it says so."""
    if not isinstance(text, str):
        return None
    try:
        read = datetime.fromisoformat(text.strip().replace(" UTC", "Z"))
    except ValueError:
        return None
    if read.year not in _YEARS:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
