"""Histories: a setting and a plain list of events, made by chance or written by hand.

Events (``pid``: number of a person; ``n``: number of a word, unique in the history):

=====================================  ==========================================================
("add", side, pid, fields, tags?)      a contact is entered; fields: ((name, (n, …)), …)
("set", side, pid, field, n)           a scalar field gets another value
("clear", side, pid, field)            … or none
("put", side, pid, field, n)           an element is added to a list
("take", side, pid, field, k)          its k-th element is removed (modulo its length)
("swap", side, pid, field, k, n)       … or replaced
("turn", side, pid, field)             the list is put in another order: no change at all
("prime", side, pid, field, k)         its k-th element becomes the primary one
("label", side, pid, field, k, label)  … or gets another label
("part", side, pid, field, part, n)    a part of its first address is another word, or none (n 0)
("tag", side, pid, name)               a tag is put on
("untag", side, pid, name)             … or taken off
("level", side, pid, text)             the field that no mapping covers but rules set
("delete", side, pid)                  the contact is deleted
("archive", side, pid)                 … or archived
("restore", side, pid)                 the latest of both comes back
("remake", side, pid)                  deleted, and entered anew with the same values
("merge", side, pid, fields)           entered twice, and the older merged into the new one
("unsubscribe", side, pid)             the person does not want to be written to any more
("subscribe", side, pid)               … and wants it again
("tick", seconds)                      time passes
("run", connection?)                   with all the faults below that were listed since the last;
("preview",)                           connections are "ab", in a ring also "bc" and "ca"
("undo", n)                            the n-th last of the runs that were done is undone
("bin",)                               staff delete whoever is in the Trash inbox
("rules", rules)                       the rules are others from now on (of the first connection)
("option", name, value)                an option of the first connection is another
("line", field, on)                    a mapping line of it is switched off, or on again
("at", call, moment, what, …)          in the next run, at its call number ``call`` (from 1), at
                                       its "write 1", or at the first that has this moment (0):
                                       moment "before", "within" (between the first two writes
                                       of a batch) or "after"; what: an event of a user (above),
                                       "kill" (known to be dead), "vanish" (another machine: its
                                       death must be inferred), "lost" (no answer), "short" (the
                                       answer ends in the middle), "busy" (429), "ill" (503),
                                       "locked" (the credentials are refused);
                                       ("overlap", connection): another worker starts a run just
                                       then; ("stall", seconds): first this one gives no sign of
                                       life for so long
("commit", number, moment, what)       the same at a commit; what: "kill" or "vanish"
("forget", side)                       the app no longer knows the cursor
=====================================  ==========================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rules.written import DEFAULT_RULES, WrittenRule
from tests.world.joins import Join

Event = tuple[Any, ...]
#: What people do in the apps.
USERS = frozenset(
    ("add", "set", "clear", "put", "take", "swap", "turn", "tag", "untag", "level", "delete",
     "archive", "restore", "remake", "merge", "unsubscribe", "subscribe")
)  # fmt: skip


@dataclass(frozen=True)
class Setting:
    """``a``, ``b`` and ``c``: Quirks that differ from the default; ``ring``: there is a third
    app, and a connection between each two. ``fields``: those that are mapped, by ``arrows`` one
    way only; ``lines``: those between other fields (``joins.py``). ``picky``: by app a field of
    which it refuses every fifth word; ``required``: by app a field without which it takes nobody.
    ``winners``: by connection, of a ring. ``real``: by side the name of an app whose stand-in is
    there, with its connector, in place of a memory app; then ``a`` and ``b`` are quirks of the
    stand-in. ``turned``: memory apps that tell of everybody in the other order. ``off``: mapping
    lines that are switched off."""

    a: Mapping[str, Any] = field(default_factory=dict)
    b: Mapping[str, Any] = field(default_factory=dict)
    fields: tuple[str, ...] = ("first_name", "company", "emails", "phones")
    direction: str = "two-way"
    winner: str = "a"
    avoid_duplicates: bool = True
    never_blank: bool = False
    arrows: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[Join, ...] = ()
    rules: tuple[WrittenRule, ...] = DEFAULT_RULES
    sync_deletions: tuple[str, ...] = ()
    sync_unsubscribes: tuple[str, ...] = ()
    new_status: str = ""
    brakes: Mapping[str, Any] = field(default_factory=dict)
    picky: Mapping[str, str] = field(default_factory=dict)
    required: Mapping[str, str] = field(default_factory=dict)
    ring: bool = False
    c: Mapping[str, Any] = field(default_factory=dict)
    winners: Mapping[str, str] = field(default_factory=dict)
    real: Mapping[str, str] = field(default_factory=dict)
    turned: tuple[str, ...] = ()
    off: tuple[str, ...] = ()

    @property
    def apps(self) -> str:
        return "abc" if self.ring else "ab"

    @property
    def connections(self) -> tuple[str, ...]:
        """Each by its two apps."""
        return ("ab", "bc", "ca") if self.ring else ("ab",)

    @property
    def mapped(self) -> tuple[str, ...]:
        """The fields whose lines are on."""
        return tuple(name for name in self.fields if name not in self.off)

    def quirks(self, side: str) -> Mapping[str, Any]:
        return {"a": self.a, "b": self.b, "c": self.c}[side]

    def flows_to(self, name: str, side: str) -> bool:
        """Does this field's line write this side (of the first connection)?"""
        arrow = "->" if side == "b" else "<-"
        return (
            name not in self.off and self.arrows.get(name, arrow) == arrow and self.may_write(side)
        )

    @property
    def all_lines(self) -> tuple[Join, ...]:
        """Those between the same fields first."""
        same = (Join(name, self.arrows.get(name, "<->"), name) for name in self.fields)
        return (*same, *self.lines)

    def written(self, side: str) -> frozenset[str]:
        """The fields of this side's app that lines write."""
        fields = {name for name in self.fields if self.flows_to(name, side)}
        joins = (join for join in self.lines if join.writes(side) and self.may_write(side))
        return frozenset(fields.union(*(join.real_names(side) for join in joins)))

    @property
    def beside(self) -> frozenset[str]:
        """The fields that a line writes which joins other ones."""
        return frozenset(
            name for join in self.lines for side in "ab" if join.writes(side)
            for name in join.real_names(side)
        )  # fmt: skip

    @property
    def joined(self) -> frozenset[str]:
        """All fields of such lines, of either side."""
        return frozenset(
            name for join in self.lines for side in "ab" for name in join.real_names(side)
        )

    def may_write(self, side: str) -> bool:
        return self.direction in ("two-way", "b-to-a" if side == "a" else "a-to-b")


@dataclass(frozen=True)
class History:
    setting: Setting
    events: tuple[Event, ...]

    def __str__(self) -> str:
        lines = "".join(f"        {event!r},\n" for event in self.events)
        return f"History(\n    {_shown(self.setting)},\n    (\n{lines}    ),\n)"

    @property
    def has_rules(self) -> bool:
        return self.setting.rules != DEFAULT_RULES or any(x[0] == "rules" for x in self.events)


def _shown(setting: Setting) -> str:
    """Only what is not as usual."""
    usual = Setting()
    names = [name for name in vars(usual) if getattr(setting, name) != getattr(usual, name)]
    return f"Setting({', '.join(f'{name}={getattr(setting, name)!r}' for name in names)})"
