"""What contacts looked like at any moment, without what the engine put on them; and who touched
their tags, and the field that rules set, when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import product

from connectors.contact import Contact, Segment
from tests.world.app import Entry
from tests.world.ruling import Shadow, Shadows, ever, may_leave, named
from tests.world.runs import Told
from tests.world.words import LEVEL, tags_of
from tests.world.world import World


@dataclass(frozen=True)
class Touch:
    """A tag (``now``: its name, or "" for taken off) or the field was changed. ``index``: of the
    entry in the journal."""

    index: int
    entry: Entry
    was: str
    now: str

    @property
    def by_user(self) -> bool:
        return self.entry.by_user


@dataclass
class Aided:
    """What the engine has put on a contact, and what was there before, by name."""

    before: dict[str, str] = field(default_factory=dict)
    doubts: set[str] = field(default_factory=set)
    #: What a rule that ends may leave behind; then it is nobody's.
    loose: frozenset[str] = frozenset()
    #: Tags of rules that go both ways: off by these may be off by a person, on the other side.
    joint: frozenset[str] = frozenset()

    def take(self, touch: Touch, name: str, undoes: bool) -> None:
        """``undoes``: what an undo puts there anew is nobody's, or whose it was."""
        if touch.by_user:
            if self.before.pop(name, None) is not None or name in self.doubts:
                self.doubts.add(name)
        elif self.before.get(name) == touch.now:
            del self.before[name]  # taken back
        else:
            is_nobodys = undoes or (name in self.joint and not touch.now)
            self.doubts |= {name} if is_nobodys else set()
            self.before.setdefault(name, touch.was)

    def shadow(self, contact: Contact) -> Shadow:
        tags = set(tags_of(contact))
        for name, was in self.before.items():
            if name != LEVEL:
                tags = tags | {name} if was else tags - {name}
        level = self.before.get(LEVEL, contact.text(LEVEL))
        bare = replace(contact, segments=frozenset(Segment("tag", tag) for tag in tags))
        doubts = self.doubts | (self.loose & self.before.keys())
        return Shadow(bare.with_fields({LEVEL: level}), frozenset(doubts))


class Lives:
    def __init__(self, world: World) -> None:
        self.world = world
        #: By person and side: from when on which contacts were alive, by id.
        self._alive: dict[tuple[int, str], list[tuple[datetime, Mapping[str, Shadow]]]] = (
            defaultdict(list)
        )
        #: By side, id and name.
        self.touches: dict[tuple[str, str, str], list[Touch]] = defaultdict(list)
        aided: dict[tuple[str, str], Aided] = {}
        sides = world.setting.apps
        #: No rule writes the third app of a ring.
        loose = {side: left_behind(world, side) if side in "ab" else frozenset() for side in sides}
        rules = ever(world.ruled)
        joint = {x: frozenset(named(rules, x, "both")) if x in "ab" else frozenset() for x in sides}
        for index, entry in enumerate(world.journal.entries):
            place = (entry.side, entry.id)
            undoes = not entry.by_user and bool(world.runs[entry.run - 1].undoes)
            aided.setdefault(place, Aided(loose=loose[entry.side], joint=joint[entry.side]))
            for name, was, now in changes(entry):
                touch = Touch(index, entry, was, now)
                self.touches[*place, name].append(touch)
                aided[place].take(touch, name, undoes)
            line = self._alive[entry.person, entry.side]
            there = dict(line[-1][1]) if line else {}
            there.pop(entry.id, None)
            if entry.is_alive and entry.after is not None:
                there[entry.id] = aided[place].shadow(entry.after)
            line.append((entry.at, there))

    def touched(self, side: str, id: str, name: str) -> list[Touch]:
        return self.touches.get((side, id, name), [])

    def horizon(self, run: Told) -> dict[str, datetime]:
        """Until when a run has seen everything, by side."""
        lags = {side: app.quirks.lag for side, app in self.world.apps.items()}
        return {side: at - timedelta(seconds=lags[side]) for side, at in run.looked.items()}

    def within(self, pid: int, side: str, run: Told) -> list[Mapping[str, Shadow]]:
        """What was alive there while the run looked, or as late as it may have seen it."""
        start = self.horizon(run).get(side, run.started)
        line = self._alive[pid, side]
        # What happened at the very time of the look may have happened just before or after it.
        before = [there for at, there in line if at < start]
        return [*(before[-1:] or [{}]), *(x for at, x in line if start <= at <= run.ended)]

    def moments(self, pid: int, run: Told) -> Iterator[Shadows]:
        """All that the run may have taken the two for; nothing where one was there twice."""
        lines = {side: self.within(pid, side, run) for side in run.of}
        if any(len(there) > 1 for line in lines.values() for there in line):
            return
        for states in product(*lines.values()):
            pairs = zip(lines, states, strict=True)
            found = {side: shadow for side, there in pairs for shadow in there.values()}
            if found:
                yield found

    def now(self, pid: int) -> Shadows:
        """The only ones at the end."""
        found = {}
        for side in self.world.setting.apps:
            line = self._alive[pid, side]
            there = line[-1][1] if line else {}
            if len(there) == 1:
                (found[side],) = there.values()
        return found


def left_behind(world: World, side: str) -> frozenset[str]:
    """What rules that ended, or may end for a contact, do not take back on this side."""
    loose = may_leave(world.ruled)
    ending = [rule for rule in ever(world.ruled) if (rule.name, rule.side) in loose]
    return frozenset(named(ending, side, "add tag", "remove tag", "set field", "both"))


def changes(entry: Entry) -> Iterator[tuple[str, str, str]]:
    """Tags and the field that rules set: name, before and after."""
    before, after = tags_of(entry.before), tags_of(entry.after)
    if entry.after is None:
        return
    for tag in sorted(before ^ after):
        yield tag, tag if tag in before else "", tag if tag in after else ""
    was = entry.before.text(LEVEL) if entry.before else ""
    if was != entry.after.text(LEVEL):
        yield LEVEL, was, entry.after.text(LEVEL)
