"""Histories by chance about mapping lines: one set of contacts, a little different on each side,
known to the connection or not, and what becomes of it between runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from rules.setup import other
from rules.written import DEFAULT_RULES, WrittenCondition, WrittenRule
from tests.world.chance import SIDES, Story
from tests.world.history import Event, History, Setting
from tests.world.joins import STAGES, TOPICS, Join
from tests.world.words import ELEMENTS, FIELDS, LABELS, LISTS, OPTIONS, SCALARS, SEVERAL

#: Lines between other fields; those that cannot go both ways have an arrow.
_JOINS = (
    Join("phones.work", "<->", "custom:Phone"),
    Join("phones.home", "<->", "phones.home"),
    Join("phones", "<->", "custom:Phone"),
    Join("emails", "->", "custom:Mail"),
    Join("emails.home", "<->", "custom:Mail"),
    Join("urls", "<->", "custom:Site"),
    Join("urls.home", "<->", "custom:Site"),
    Join("addresses.city", "<->", "custom:City"),
    Join("addresses.city", "<->", "addresses.city"),
    Join("full_name", "<->", "custom:Name"),
    Join("full_name", "<->", "custom:Name"),
    Join("custom:Stage", "<->", "custom:Tier", "", STAGES),
    Join("custom:Topics", "<->", "custom:Themes", "", TOPICS),
    Join("notes", "<->", "custom:Text"),
    Join("company", "->", "custom:Text"),
    Join("addresses", "->", "custom:Text"),
)
_TURNED = {"<->": "<->", "->": "<-", "<-": "->"}
#: Of a side some contacts sync only.
_CLIENTS = WrittenRule("Clients", "a", (WrittenCondition("tag", "has", "Client"),))


def with_lines(seed: int) -> History:
    """Lines of all kinds, two-way and one-way, under every option about values."""
    chance = Random(f"planner lines {seed}")
    return _Lines(chance, _lines_setting(chance)).tell()


def _lines_setting(chance: Random) -> Setting:
    same = chance.sample([name for name in FIELDS if name != "emails"], chance.choice((0, 1, 2, 3)))
    fields = tuple(sorted(["emails", *same]))
    arrows = {name: chance.choice(("->", "<-")) for name in same if chance.random() < 0.2}
    joins: list[Join] = []
    for join in chance.sample(_JOINS, 5):
        wanted = _drawn(chance, join)
        known = (*joins, *(Join(name, arrows.get(name, "<->"), name) for name in fields))
        if not any(_collide(wanted, other) for other in known):
            joins.append(wanted)
    told = Setting(
        a=_quirks(chance),
        b=_quirks(chance),
        fields=fields,
        direction=chance.choices(("two-way", "a-to-b", "b-to-a"), (6, 1, 1))[0],
        winner=chance.choice(SIDES),
        never_blank=chance.random() < 0.15,
        arrows=arrows,
        lines=tuple(joins[:3]),
        rules=(DEFAULT_RULES[1], _CLIENTS) if chance.random() < 0.1 else DEFAULT_RULES,
    )
    side = chance.choice(SIDES)
    needed = [name for name in fields if name in SCALARS and told.flows_to(name, side)]
    if needed and chance.random() < 0.2:
        told = replace(told, required={side: chance.choice(needed)})
    return told


def _drawn(chance: Random, join: Join) -> Join:
    arrow, winner = join.arrow, chance.choice(("", "", "a", "b"))
    if arrow == "<->" and chance.random() < 0.2:
        arrow = chance.choice(("->", "<-"))
    if chance.random() < 0.5:
        return Join(join.a, arrow, join.b, winner, join.values)
    values = tuple((theirs, mine) for mine, theirs in join.values)
    return Join(join.b, _TURNED[arrow], join.a, winner, values)


def _collide(one: Join, two: Join) -> bool:
    """Do both write the same of a side? A list goes together with elements of a label, and parts
    of an address with other parts."""
    return {one.a, one.b} == {two.a, two.b} or any(
        (one.writes(side) and two.writes(side) and _meet(one, two, side))
        or (one.writes(side) and two.writes(other(side)) and _is_loop(one, two, side))
        for side in "ab"
    )


def _is_loop(one: Join, two: Join, side: str) -> bool:
    """Does one line feed the other, which feeds it in turn?"""
    shared = set(one.real_names(side)) & set(two.real_names(side))
    back = set(one.real_names(other(side))) & set(two.real_names(other(side)))
    return bool(shared and back) and any(name.startswith("custom:") for name in shared | back)


def _meet(one: Join, two: Join, side: str) -> bool:
    names = one.of(side), two.of(side)
    if set(one.real_names(side)).isdisjoint(two.real_names(side)):
        return False
    parts = [name.partition(".")[2] for name in names]
    return names[0] == names[1] or "full_name" in names or ("city" in parts)


def _quirks(chance: Random) -> Mapping[str, Any]:
    quirks: dict[str, Any] = {}
    if chance.random() < 0.3:
        quirks["normalise"] = True
    if chance.random() < 0.15:
        quirks["limits"] = {"notes": 14, "company": 8}
    return quirks


class _Lines(Story):
    def __init__(self, chance: Random, setting: Setting) -> None:
        super().__init__(chance, setting)
        self.people = list(range(1, 1 + chance.choice((1, 1, 2, 3))))
        #: What there is to edit, by side.
        self.names = {side: tuple(self._names(side)) for side in SIDES}

    def _names(self, side: str) -> list[str]:
        names = dict.fromkeys(
            name
            for line in self.setting.all_lines
            for name in line.real_names(side)
            if name in (*FIELDS, *ELEMENTS, *OPTIONS, *SEVERAL) or name.startswith("custom:")
        )
        return list(names)

    def tell(self) -> History:
        events: list[Event] = []
        for pid in self.people:
            events += self._known(pid) if self.chance.random() < 0.5 else self._born(pid)
        if any(event[0] == "run" for event in events):
            events = [event for event in events if event[0] != "run"]
            events.append(("run",))
        for _ in range(self.chance.choice((1, 2, 2, 3))):
            events += self._burst()
            if self.chance.random() < 0.1:
                events.append(("break", self.chance.choice((0, 1, 1, 2))))
            events.append(("run",))
            if self.chance.random() < 0.04:
                events.append(("undo", self.chance.choice((1, 1, 2))))
        return History(self.setting, (*events, *self._burst()))

    def _born(self, pid: int) -> list[Event]:
        sides = self.chance.choice((("a",), ("b",), SIDES, SIDES, SIDES))
        return [("add", side, pid, self._card_of(side), self._tags()) for side in sides]

    def _known(self, pid: int) -> list[Event]:
        """Somebody who is the same on both sides when a run sees them: what follows is changes."""
        side = self.chance.choice(SIDES)
        card = tuple((name, (1,)) for name in self.names[side] if self.chance.random() < 0.8)
        return [
            ("add", side, pid, (*(x for x in card if x[0] != "emails"), ("emails", (1,)))),
            ("run",),
        ]

    def _tags(self) -> tuple[str, ...]:
        return ("Client",) if self.chance.random() < 0.5 else ()

    def _card_of(self, side: str) -> tuple[tuple[str, tuple[int, ...]], ...]:
        card: list[tuple[str, tuple[int, ...]]] = []
        for name in self.names[side]:
            if name == "emails":
                card.append((name, (1,) if self.chance.random() < 0.7 else (1, self._new())))
            elif self.chance.random() < 0.35:
                continue
            elif name in LISTS:
                more = [self._new() for _ in range(self.chance.choice((0, 0, 1, 2)))]
                card.append((name, (1, *more)))
            else:
                card.append((name, (1 if self.chance.random() < 0.6 else self._new(),)))
        return tuple(card)

    def _burst(self) -> list[Event]:
        events = [self._change() for _ in range(self.chance.choice((0, 1, 2, 4, 7)))]
        if self.chance.random() < 0.15:
            events.append(("tick", self.chance.choice((60, 90_000))))
        return events

    def _change(self) -> Event:
        side, pid = self.chance.choice(SIDES), self.chance.choice(self.people)
        roll = self.chance.random()
        if roll < 0.03:
            return (self.chance.choice(("delete", "restore", "restore")), side, pid)
        if roll < 0.06 and self.setting.rules != DEFAULT_RULES:
            return (self.chance.choice(("tag", "untag")), side, pid, "Client")
        name = self.chance.choice(self.names[side])
        if name not in LISTS:
            if self.chance.random() < 0.25:
                return ("clear", side, pid, name)
            return ("set", side, pid, name, self._new())
        what = self.chance.choice(("put", "put", "take", "swap", "swap", "turn", "prime", "label"))
        if name == "addresses" and self.chance.random() < 0.4:
            number = self._new() if self.chance.random() < 0.7 else 0
            return ("part", side, pid, name, "city", number)
        if name == "emails" and what == "take":
            what = "put"
        rest: tuple[Any, ...] = {
            "put": (),
            "turn": (),
            "label": (self.chance.choice((0, 1, 2)), self.chance.choice(LABELS)),
        }.get(what, (self.chance.choice((0, 1, 2)),))
        return (what, side, pid, name, *rest, *((self._new(),) if what in ("put", "swap") else ()))
