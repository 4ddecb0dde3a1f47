"""What is known of one contact when a rule asks, and the shapes of an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from connectors.contact import Contact


@dataclass(frozen=True, slots=True)
class Facts:
    """``contact`` as the rule is to see it: the caller leaves out what rules of the same
    connection put there.

    ``now``: aware, in the configured time zone, whose calendar days count. ``region``: of phone
    numbers without a country code. ``existed``: had it a counterpart when it was first met;
    None while that was not asked yet. ``deleted``: gone from its app; what is archived or
    binned says so itself.
    """

    contact: Contact
    now: datetime
    region: str = ""
    existed: bool | None = None
    deleted: bool = False


#: True, False, or None for unknown.
Test = Callable[[Facts], bool | None]


def unknown(facts: Facts) -> bool | None:
    return None
