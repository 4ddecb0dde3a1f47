"""What a run looked like from outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from rules.written import DEFAULT_RULES, WrittenRule
from sync.models import Run
from tests.world.history import Setting


@dataclass
class Told:
    """``of``: its connection, by its two apps; ``looked``: by app when its changes were asked."""

    number: int
    started: datetime
    ended: datetime
    kind: str
    of: str = "ab"
    state: str = "killed"
    looked: dict[str, datetime] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)
    #: How long the journal was at its start and end.
    first: int = 0
    last: int = 0
    commits: int = 0
    calls: int = 0
    writes: int = 0
    #: Of its calls what was: their numbers, each with "before", "within" or "after".
    moments: list[tuple[int, str]] = field(default_factory=list)
    faults: bool = False
    why: str = ""
    approved: bool = False
    #: By app how many requests a reading takes that finds nothing.
    silence: dict[str, int] = field(default_factory=dict)
    #: The pk of its row; of an undo the number of the run that it undoes.
    row: int = 0
    undoes: int = 0
    #: The setting and the rules at that time, and the number of the run within whose time it was.
    rules: tuple[WrittenRule, ...] = DEFAULT_RULES
    within: int = 0
    setting: Setting = field(default_factory=Setting)

    @property
    def is_done(self) -> bool:
        return self.state == Run.State.DONE

    @property
    def is_idle(self) -> bool:
        """It wrote nothing, and asked each side once what is new."""
        return self.is_done and self.first == self.last and self.requests == self.silence
