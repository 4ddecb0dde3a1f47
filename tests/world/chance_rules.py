"""Histories by chance in which there is everything: rules, tags, marks, deletions and what follows
them, unsubscribes, undo, two workers at once; and rings of three apps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from rules.written import DEFAULT_RULES, WrittenAction, WrittenCondition, WrittenRule
from tests.world.chance import SIDES, Story, quirks, setting
from tests.world.history import Event, History, Setting
from tests.world.words import LEVEL

#: Tags that people put on; what rules put on is sometimes among them.
THEIRS = ("Client", "VIP", "Old")
OURS = ("From CRM", "Known", "VIP")
LEVELS = ("Gold", "Silver")
#: The status that people have when they are entered, and the two others.
STATUSES = ("subscribed", "unsubscribed", "pending")


def whole(seed: int) -> History:
    """Two apps and everything that a connection can be told."""
    chance = Random(f"whole {seed}")
    return Tale(chance, whole_setting(chance)).tell()


def ring(seed: int) -> History:
    """Three apps, a connection between each two."""
    chance = Random(f"ring {seed}")
    lag = chance.choice((0, 0, 300))
    base = setting(chance)
    told = replace(
        base,
        a=_plain(chance, lag),
        b=_plain(chance, lag),
        c=_plain(chance, lag),
        ring=True,
        direction="two-way",
        never_blank=False,
        avoid_duplicates=True,
        winners={name: chance.choice(SIDES) for name in ("ab", "bc", "ca")},
        rules=(*DEFAULT_RULES, _both_ways(chance, "Both"))
        if chance.random() < 0.5
        else DEFAULT_RULES,
    )
    return Tale(chance, told).tell()


def _plain(chance: Random, lag: float) -> Mapping[str, Any]:
    kinds = dict(quirks(chance, lag))
    kinds.pop("limits", None)  # in a ring what one app cuts is cut everywhere
    return kinds


def whole_setting(chance: Random) -> Setting:
    base = setting(chance)
    direction = chance.choices(("two-way", "a-to-b", "b-to-a"), (6, 1, 1))[0]
    more = {side: _more_quirks(chance) for side in SIDES}
    fields = base.fields
    arrows = {}
    if chance.random() < 0.2:
        one = chance.choice([name for name in fields if name != "emails"])
        arrows = {one: chance.choice(("->", "<-"))}
    scalars = [name for name in fields if name in ("company", "first_name", "last_name")]
    picky, required = {}, {}
    if scalars and chance.random() < 0.15:
        picky = {chance.choice(SIDES): chance.choice(scalars)}
    if scalars and chance.random() < 0.1:
        required = {chance.choice(SIDES): chance.choice(scalars)}
    ways = ("a-to-b", "b-to-a")
    return replace(
        base,
        a={**base.a, **more["a"]},
        b={**base.b, **more["b"]},
        direction=direction,
        arrows=arrows,
        avoid_duplicates=True,
        picky=picky,
        required=required,
        sync_deletions=tuple(x for x in ways if chance.random() < 0.5),
        sync_unsubscribes=tuple(x for x in ways if chance.random() < 0.5),
        new_status=chance.choice(STATUSES),
        brakes={"marks": [1, 0.1]} if chance.random() < 0.2 else {},
        rules=rules(chance),
    )


def _more_quirks(chance: Random) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if chance.random() < 0.4:
        more["archives"] = True
    if chance.random() < 0.4:
        more["merges"] = True
    if chance.random() < 0.3:
        more["statuses"] = STATUSES
    if chance.random() < 0.1:
        more["tells_deletions"] = False
    return more


# --- rules --------------------------------------------------------------------------------


def rules(chance: Random) -> tuple[WrittenRule, ...]:
    """In a third of the cases with a filter: not everything syncs."""
    made = [
        _plain_rule(chance, f"Rule {number}")
        for number in (1, 2, 3)[: chance.choice((0, 1, 2, 3, 3))]
    ]
    if chance.random() < 0.3:
        made.append(_both_ways(chance, "Both"))
    if chance.random() < 0.35 and made:
        defaults = [rule for rule in DEFAULT_RULES if chance.random() < 0.2]
    else:
        defaults = list(DEFAULT_RULES)
    return (*defaults, *made)


def _plain_rule(chance: Random, name: str) -> WrittenRule:
    side = chance.choice(SIDES)
    conditions = tuple(_condition(chance) for _ in range(chance.choice((1, 1, 1, 2))))
    actions = tuple(dict.fromkeys(_action(chance) for _ in range(chance.choice((0, 1, 1, 2)))))
    fields = [action.field for action in actions if action.field]
    if len(fields) > 1:
        actions = actions[:1]
    return WrittenRule(name, side, conditions, actions, undo=chance.random() < 0.7)


def _condition(chance: Random) -> WrittenCondition:
    roll = chance.random()
    if roll < 0.65:
        tag = chance.choice((*THEIRS, *OURS)) if chance.random() < 0.3 else chance.choice(THEIRS)
        return WrittenCondition("tag", chance.choice(("has", "has", "has", "has not")), tag)
    if roll < 0.75:
        return WrittenCondition("field", "is", chance.choice(LEVELS), LEVEL)
    if roll < 0.88:
        op = chance.choice(("is empty", "is not empty"))
        return WrittenCondition("field", op, "", chance.choice(("company", "notes", "last_name")))
    if roll < 0.94:
        return WrittenCondition("exists", chance.choice(("", "not")))
    return WrittenCondition("unsubscribed")


def _action(chance: Random) -> WrittenAction:
    roll = chance.random()
    if roll < 0.6:
        return WrittenAction("add tag", chance.choice(OURS))
    if roll < 0.75:
        return WrittenAction("remove tag", chance.choice((*OURS, "Old")))
    return WrittenAction("set field", chance.choice(LEVELS), LEVEL)


def _both_ways(chance: Random, name: str) -> WrittenRule:
    return WrittenRule(
        name,
        chance.choice(SIDES),
        (WrittenCondition("tag", "has", chance.choice(("Member", "Member", "VIP"))),),
        (WrittenAction("add tag", chance.choice(("Member", "Joined"))),),
        undo=chance.random() < 0.7,
        both_ways=True,
    )


def changed(chance: Random, now: tuple[WrittenRule, ...]) -> tuple[WrittenRule, ...]:
    """Rules as somebody might change them between two runs."""
    mine = [index for index, rule in enumerate(now) if rule.conditions]
    roll = chance.random()
    if not mine or roll < 0.15:
        name = f"Rule {len(now) + 10}"
        return (*now, _plain_rule(chance, name)) if all(x.name != name for x in now) else now
    index = chance.choice(mine)
    rule = now[index]
    if roll < 0.3:
        return (*now[:index], *now[index + 1 :])
    if roll < 0.55:
        other = replace(rule, on=not rule.on, take_back=rule.on and chance.random() < 0.5)
    elif roll < 0.65 or rule.both_ways:
        other = replace(rule, undo=not rule.undo)
    elif roll < 0.8:
        other = replace(rule, conditions=(_condition(chance),))
    elif roll < 0.9:
        other = replace(rule, actions=(_action(chance),))
    else:
        return (*now[index:], *now[:index])
    return (*now[:index], other, *now[index + 1 :])


# --- events -------------------------------------------------------------------------------


class Tale(Story):
    def __init__(self, chance: Random, setting: Setting) -> None:
        super().__init__(chance, setting)
        self.sides: tuple[str, ...] = tuple(setting.apps)
        self.rules = setting.rules
        #: Much happens to few people, or little to several.
        self.undoes = not setting.ring and chance.random() < 0.2
        self.faulty = chance.random() < 0.75
        self._asking = [side for side in self.sides if self._asks_consent(side)]
        self._gone: list[tuple[str, int]] = []
        self._out: list[tuple[str, int]] = []

    def tell(self) -> History:
        events: list[Event] = [event for pid in self.people for event in self._born(pid)]
        for _ in range(self.chance.choice((1, 2, 3, 3))):
            events += self._between_runs()
            events += self._faults() if self.faulty else []
            if self.chance.random() < 0.1 and not self.setting.ring:
                events.append(("preview",))
            events += self._runs()
            if self.undoes and self.chance.random() < 0.5:
                events.append(("undo", self.chance.choice((1, 1, 2))))
            if self.setting.sync_deletions and self.chance.random() < 0.4:
                events.append(("bin",))
        events += self._between_runs()
        return History(self.setting, tuple(events))

    def _runs(self) -> list[Event]:
        if not self.setting.ring:
            return [("run",)]
        names = list(self.setting.connections)
        self.chance.shuffle(names)
        return [("run", name) for name in names[: self.chance.choice((1, 2, 3, 3))]]

    def _born(self, pid: int) -> list[Event]:
        if self.setting.ring:
            sides = [side for side in self.sides if self.chance.random() < 0.5] or ["a"]
        else:
            sides = list(self.chance.choice((("a",), ("b",), SIDES, SIDES)))
        return [("add", side, pid, self._card(), self._tags()) for side in sides]

    def _tags(self) -> tuple[str, ...]:
        return tuple(tag for tag in (*THEIRS, "Member") if self.chance.random() < 0.4)

    def _between_runs(self) -> list[Event]:
        events: list[Event] = []
        for _ in range(self.chance.choice((0, 2, 4, 6))):
            roll = self.chance.random()
            if roll < 0.2:
                events.append(("tick", self.chance.choice((5, 60, 400, 5000, 90_000))))
            elif roll < 0.23:
                events.append(("forget", self.chance.choice(self.sides)))
            elif roll < 0.31 and not self.setting.ring:
                self.rules = self._changed_rules()
                events.append(("rules", self.rules))
            elif roll < 0.38 and self.moody:
                events.append(self._option())
            else:
                events.append(self._user_event())
        return events

    def _changed_rules(self) -> tuple[WrittenRule, ...]:
        return changed(self.chance, self.rules)

    def _option(self) -> Event:
        roll, ways = self.chance.random(), ("a-to-b", "b-to-a")
        if roll < 0.7:
            return super()._option()
        if roll < 0.8:
            return ("option", "direction", self.chance.choice(("two-way", "two-way", *ways)))
        name = self.chance.choice(("sync_deletions", "sync_unsubscribes"))
        return ("option", name, tuple(way for way in ways if self.chance.random() < 0.5))

    def _user_event(self) -> Event:
        side, pid = self.chance.choice(self.sides), self.chance.choice(self.people)
        roll = self.chance.random()
        if roll < 0.35:
            what = self.chance.choice(("tag", "tag", "untag"))
            tags = (*THEIRS, *OURS, "Member", "Joined", "PieSync Trash")
            return (what, side, pid, self.chance.choice(tags))
        if roll < 0.4:
            return ("level", side, pid, self.chance.choice((*LEVELS, "")))
        if roll < 0.48 and not self.setting.ring:
            what = "subscribe" if self._out and self.chance.random() < 0.7 else "unsubscribe"
            side = self.chance.choice(self._asking or self.sides)
            return (what, *self._chosen(what, side, pid))
        if roll < 0.62 and not self.setting.ring:
            what = self.chance.choice(
                ("delete", "archive", "restore", "restore", "remake", "merge")
            )
            side, pid = self._chosen(what, side, pid)
            return (what, side, pid, *((self._card(),) if what == "merge" else ()))
        event = super()._user_event()
        if event[0] in ("add", "delete") and self.setting.ring and event[0] == "delete":
            return ("tag", side, pid, "Member")
        if event[0] == "add":
            return (*event, self._tags())
        return (event[0], side if self.setting.ring else event[1], *event[2:])

    def _asks_consent(self, side: str) -> bool:
        return bool(self.setting.quirks(side).get("statuses"))

    def _chosen(self, what: str, side: str, pid: int) -> tuple[str, int]:
        """Where it can be done: somebody who comes back went before."""
        if what in ("restore", "subscribe"):
            went = self._gone if what == "restore" else self._out
            return went.pop() if went else (side, pid)
        if what in ("delete", "archive"):
            self._gone.append((side, pid))
        elif what == "unsubscribe":
            self._out.append((side, pid))
        return side, pid
