"""Histories: a setting and a plain list of events, made by chance or written by hand.

Events (``pid``: number of a person; ``n``: number of a word, unique in the history):

=====================================  ==========================================================
("add", side, pid, fields)             a contact is entered; fields: ((name, (n, …)), …)
("set", side, pid, field, n)           a scalar field gets another value
("clear", side, pid, field)            … or none
("put", side, pid, field, n)           an element is added to a list
("take", side, pid, field, k)          its k-th element is removed (modulo its length)
("swap", side, pid, field, k, n)       … or replaced
("turn", side, pid, field)             the list is put in another order: no change at all
("delete", side, pid)                  the contact is deleted
("tick", seconds)                      time passes
("run",), ("preview",)                 with all the faults below that were listed since the last
("at", call, moment, what, …)          in the next run, at its call number ``call`` (from 1):
                                       moment "before", "within" (between the first two writes
                                       of a batch) or "after"; what: an event of a user (above),
                                       "kill" (known to be dead), "vanish" (another machine: its
                                       death must be inferred), "lost" (no answer), "busy"
("commit", number, moment, what)       the same at a commit; what: "kill" or "vanish"
("forget", side)                       the app no longer knows the cursor
=====================================  ==========================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Event = tuple[Any, ...]


@dataclass(frozen=True)
class Setting:
    """``a`` and ``b``: Quirks that differ from the default. ``fields``: those that are mapped."""

    a: Mapping[str, Any] = field(default_factory=dict)
    b: Mapping[str, Any] = field(default_factory=dict)
    fields: tuple[str, ...] = ("first_name", "company", "emails", "phones")
    direction: str = "two-way"
    winner: str = "a"
    avoid_duplicates: bool = True
    never_blank: bool = False

    def quirks(self, side: str) -> Mapping[str, Any]:
        return self.a if side == "a" else self.b


@dataclass(frozen=True)
class History:
    setting: Setting
    events: tuple[Event, ...]

    def __str__(self) -> str:
        lines = "".join(f"        {event!r},\n" for event in self.events)
        return f"History(\n    {self.setting!r},\n    (\n{lines}    ),\n)"
