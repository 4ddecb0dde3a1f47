"""What a form asks for beside a word."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Takes(StrEnum):
    """The kind of value. A list is several texts; a date is a calendar day, ``2026-11-23``."""

    NONE = "none"
    TEXT = "text"
    LIST = "list"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Form:
    """``options``: what can be picked. ``closed``: nothing else is possible."""

    takes: Takes
    options: tuple[str, ...] = ()
    closed: bool = False
