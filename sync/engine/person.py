"""One person as the planner sees them, and what it decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NewType

from connections.stamps import Stamp, stamp_of
from connectors.contact import Contact, Value
from sync.engine.line import BaseOp

#: Why a sync record is in its state, as a word to count by. What it means and what to do about it
#: is told by the desk (``sync.desk.remedies``).
Cause = NewType("Cause", str)
NO_CAUSE = Cause("")


@dataclass(frozen=True, slots=True)
class View:
    """What the mirror holds of a contact on one side."""

    id: int
    remote_id: str
    contact: Contact | None
    digest: str
    stamps: Mapping[str, Any] = field(default_factory=dict)
    gone: bool = False
    fault: str = ""
    #: Order of first seeing, where the app gives no creation date.
    seen: int = 0
    #: E-mails, normalised, the primary one first.
    emails: tuple[str, ...] = ()

    @property
    def alive(self) -> bool:
        return not self.gone

    def stamp(self, name: str) -> Stamp:
        return stamp_of(self.stamps, name)


@dataclass(frozen=True, slots=True)
class Memory:
    """What the connection knows of a pair (a SyncRecord).

    ``effects``: by target what rules and marks put there (``effects``). ``matched``: keys of
    the rules it matched when last planned. ``existed``: had they both been there when they
    first met; None before. ``halted``: lines and targets that are held since they went to and
    fro between two values.
    """

    state: str = "new"
    reason: str = ""
    cause: str = ""
    base: Mapping[str, Any] = field(default_factory=dict)
    drift: tuple[str, ...] = ()
    effects: Mapping[str, Any] = field(default_factory=dict)
    matched: tuple[str, ...] = ()
    existed: bool | None = None
    halted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    before: Value
    after: Value
    lost: Value = ""


@dataclass(frozen=True, slots=True)
class StepPlan:
    """A step to be. ``calls``: it writes to the app of ``side``; otherwise it only tells what was
    decided. All calling steps of one person and side go out in one call.

    ``stamps``: what the written fields carry; ``raises``: by field of the other side the stamps
    that the values come to carry there as well. ``effects``: by target what is remembered once
    it is done, None to forget it. ``rule``: its name and sentence; ``rule_key``: its key.
    """

    verb: str
    side: str
    fields: Mapping[str, Change] = field(default_factory=dict)
    agree: Mapping[str, tuple[BaseOp, ...]] = field(default_factory=dict)
    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    raises: Mapping[str, Stamp] = field(default_factory=dict)
    effects: Mapping[str, Any] = field(default_factory=dict)
    cause: str = ""
    rule: str = ""
    rule_key: str = ""
    why: str = ""
    calls: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows for one person. ``agreed``: base operations by line that hold at once;
    ``level``: stamps that both sides take, by field of the line's sides; ``effects``: by target
    what is remembered at once. ``daily``: to be planned again when the day changes."""

    state: str
    cause: Cause = NO_CAUSE
    reason: str = ""
    steps: tuple[StepPlan, ...] = ()
    agreed: Mapping[str, tuple[BaseOp, ...]] = field(default_factory=dict)
    level: Mapping[str, Mapping[str, Stamp]] = field(default_factory=dict)
    drift: tuple[str, ...] = ()
    effects: Mapping[str, Any] = field(default_factory=dict)
    matched: tuple[str, ...] = ()
    halted: tuple[str, ...] = ()
    daily: bool = False
