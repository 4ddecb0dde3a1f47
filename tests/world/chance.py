"""Histories by chance. The seed alone decides, so that a failure can be had again."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from tests.world.history import Event, History, Setting
from tests.world.words import FIELDS, LISTS, SCALARS

SIDES = ("a", "b")
#: At which call of a run something goes wrong: mostly one that writes.
CALLS = (1, 2, 3, 4, 5, "write 1", "write 1", "write 2", "write 2", "write 3", "write 4")
#: What goes wrong at a call, and when, or at a commit; or what else happens just then.
MISHAPS = (
    *(("edit", moment) for moment in ("before", "after", "after", "within")),
    *(("kill", moment) for moment in ("before", "after", "within", "commit", "commit")),
    *(("vanish", moment) for moment in ("before", "after", "within", "commit")),
    *(("lost", moment) for moment in ("before", "after", "within")),
    ("short", "after"), ("busy", "before"), ("busy", "within"), ("ill", "before"),
    ("ill", "after"), ("locked", "before"),
)  # fmt: skip


def quirks(chance: Random, lag: float) -> Mapping[str, Any]:
    """Something that real apps are like; what is as usual is left out."""
    kinds = {
        "chosen_ids": chance.random() < 0.3,
        "markers": chance.random() < 0.6,
        "conditional_writes": chance.random() < 0.7,
        "deltas": chance.random() < 0.7,
        "reads_back": chance.random() < 0.7,
        "normalise": chance.random() < 0.4,
        "limits": {"notes": 14, "company": 8} if chance.random() < 0.2 else {},
        "lag": lag,
        "batch": chance.choice((1, 2, 5)),
        "page": chance.choice((2, 100)),
    }
    usual = {"markers": True, "conditional_writes": True, "deltas": True, "reads_back": True}
    usual |= {"page": 100, "batch": 10, "lag": 0}
    return {name: value for name, value in kinds.items() if value != usual.get(name, value and 0)}


def setting(chance: Random) -> Setting:
    lag = chance.choice((0, 300))
    others = [name for name in FIELDS if name != "emails"]
    return Setting(
        a=quirks(chance, lag),
        b=quirks(chance, chance.choice((0, lag))),
        fields=tuple(sorted(["emails", *chance.sample(others, chance.choice((2, 3, 4)))])),
        direction=chance.choices(("two-way", "a-to-b", "b-to-a"), (8, 1, 1))[0],
        winner=chance.choice(SIDES),
        avoid_duplicates=chance.random() < 0.8,
        never_blank=chance.random() < 0.1,
        turned=tuple(side for side in SIDES if chance.random() < 0.3),
    )


def history(seed: int) -> History:
    chance = Random(seed)
    return Story(chance, setting(chance)).tell()


class Story:
    mishaps = MISHAPS

    def __init__(self, chance: Random, setting: Setting) -> None:
        self.chance, self.setting = chance, setting
        self.word = 10
        self.people = list(range(1, 1 + chance.choice((1, 2, 3, 5, 7))))
        #: Staff change their minds between runs.
        self.moody = not setting.ring and chance.random() < 0.3

    def tell(self) -> History:
        events: list[Event] = [event for pid in self.people for event in self._born(pid)]
        for _ in range(self.chance.choice((1, 2, 2, 3))):
            events += self._between_runs()
            events += self._faults()
            if self.chance.random() < 0.1:
                events.append(("preview",))
            events.append(("run",))
        events += self._between_runs()
        return History(self.setting, tuple(events))

    def _born(self, pid: int) -> list[Event]:
        """Somebody in one app or both. The sides overlap: the same person, a little different."""
        sides = self.chance.choice((("a",), ("b",), SIDES, SIDES))
        return [("add", side, pid, self._card()) for side in sides]

    def _card(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        card = []
        for name in FIELDS:
            if name == "emails":
                numbers = (1,) if self.chance.random() < 0.7 else (1, self._new())
                if not self.setting.avoid_duplicates and self.chance.random() < 0.1:
                    continue
            elif self.chance.random() < 0.4:
                continue
            elif name in LISTS:
                numbers = (1,) if self.chance.random() < 0.6 else (1, self._new())
            else:
                numbers = (1 if self.chance.random() < 0.6 else self._new(),)
            card.append((name, numbers))
        return tuple(card)

    def _new(self) -> int:
        self.word += 1
        return self.word

    def _between_runs(self) -> list[Event]:
        events: list[Event] = []
        for _ in range(self.chance.choice((0, 2, 4, 6))):
            roll = self.chance.random()
            if roll < 0.25:
                events.append(("tick", self.chance.choice((5, 60, 200, 400, 5000))))
            elif roll < 0.3:
                events.append(("forget", self.chance.choice(SIDES)))
            elif roll < 0.36 and self.moody:
                events.append(self._option())
            else:
                events.append(self._user_event())
        return events

    def _option(self) -> Event:
        roll = self.chance.random()
        if roll < 0.5:
            lines = [name for name in self.setting.fields if name != "emails"]
            return ("line", self.chance.choice(lines), self.chance.random() < 0.6)
        if roll < 0.8:
            return ("option", "winner", self.chance.choice(SIDES))
        return ("option", "never_blank", self.chance.random() < 0.5)

    def _user_event(self) -> Event:
        side, pid = self.chance.choice(SIDES), self.chance.choice(self.people)
        roll = self.chance.random()
        if roll < 0.08:
            return ("delete", side, pid)
        if roll < 0.16:
            pid = len(self.people) + 1
            if self.chance.random() < 0.7 and pid < 9:
                self.people.append(pid)
            else:
                pid = self.chance.choice(self.people)
            return ("add", side, pid, self._card())
        name = self.chance.choice(self.setting.fields)
        if name in SCALARS:
            if self.chance.random() < 0.2:
                return ("clear", side, pid, name)
            return ("set", side, pid, name, self._new())
        what = self.chance.choice(("put", "take", "swap", "swap", "turn"))
        position = () if what in ("put", "turn") else (self.chance.choice((0, 1)),)
        if name == "emails" and what == "take":
            what, position = "put", ()
        number = (self._new(),) if what in ("put", "swap") else ()
        return (what, side, pid, name, *position, *number)

    def _faults(self) -> list[Event]:
        """What goes wrong in the next run, or is edited while it is under way."""
        events: list[Event] = []
        for _ in range(self.chance.choice((0, 1, 1, 2, 3, 5))):
            what, moment = self.chance.choice(self.mishaps)
            if moment == "commit":
                when = self.chance.choice(("before", "after"))
                events.append(("commit", self.chance.randint(1, 30), when, what))
                continue
            call = self.chance.choice(CALLS) if moment != "within" else 0
            happens = self._user_event() if what == "edit" else (what,)
            events.append(("at", call, moment, *happens))
        return [*events, *self._others()]

    def _others(self) -> list[Event]:
        """Another worker comes in between, or this one is taken for dead."""
        call = self.chance.choice((1, 2, 3, 4, 5))
        roll = self.chance.random()
        if roll < 0.12:
            moment = self.chance.choice(("before", "after"))
            return [("at", call, moment, "overlap", self.chance.choice(self.setting.connections))]
        if roll < 0.18:
            return [("at", call, "after", "stall", self.chance.choice((60, 700)))]
        return []
