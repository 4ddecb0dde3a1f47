"""One person as the planner sees them, and what it decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connections.stamps import Stamp, stamp_of
from connectors.contact import Contact, Value
from sync.engine.line import BaseOp


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
    """What the connection knows of a pair (a SyncRecord)."""

    state: str = "new"
    reason: str = ""
    cause: str = ""
    base: Mapping[str, Any] = field(default_factory=dict)
    drift: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    before: Value
    after: Value
    lost: Value = ""


@dataclass(frozen=True, slots=True)
class StepPlan:
    """A step to be: ``writes`` says whether it calls an app or only records what was decided.

    ``stamps``: what the written fields carry; ``raises``: by field of the other side the stamps
    that the values come to carry there as well.
    """

    verb: str
    side: str
    fields: Mapping[str, Change] = field(default_factory=dict)
    agree: Mapping[str, tuple[BaseOp, ...]] = field(default_factory=dict)
    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    raises: Mapping[str, Stamp] = field(default_factory=dict)
    cause: str = ""
    why: str = ""

    @property
    def writes(self) -> bool:
        return self.verb in ("create", "update")


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows for one person. ``agreed``: base operations by line that hold at once;
    ``level``: stamps that both sides take, by field of the line's sides."""

    state: str
    cause: str = ""
    reason: str = ""
    steps: tuple[StepPlan, ...] = ()
    agreed: Mapping[str, tuple[BaseOp, ...]] = field(default_factory=dict)
    level: Mapping[str, Mapping[str, Stamp]] = field(default_factory=dict)
    drift: tuple[str, ...] = ()
