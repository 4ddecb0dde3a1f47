"""Setup: the frozen, pure description of a connection that the engine works by.

Three builders make it: from rows (``rules.rows``), from the configuration file and from an
unsaved form; so a preview of unsaved changes and the run itself are the same code. A run stores
its Setup as JSON.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from connectors.fields import Field, field_from_json, field_to_json

TWO_WAY, A_TO_B, B_TO_A = "two-way", "a-to-b", "b-to-a"
BOTH, TO_B, TO_A = "<->", "->", "<-"

#: Which kind of segment carries a mark, where an app has several: the first of these it has.
MARK_KINDS = ("tag", "label", "category", "group", "bucket")


def other(side: str) -> str:
    return "b" if side == "a" else "a"


def direction_to(side: str) -> str:
    """The word for what flows to this side: ``a-to-b`` for b."""
    return A_TO_B if side == "b" else B_TO_A


@dataclass(frozen=True, slots=True)
class Line:
    """One field mapping that is switched on. ``winner`` is "" for the connection's.

    ``values`` translates choices: pairs (option of a, option of b).
    """

    a: Field
    b: Field
    arrow: str = BOTH
    winner: str = ""
    values: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """Names the line in bases: a line with other fields is another line."""
        return self.a.name if self.a.name == self.b.name else f"{self.a.name}|{self.b.name}"

    def field(self, side: str) -> Field:
        return self.a if side == "a" else self.b


@dataclass(frozen=True, slots=True)
class Condition:
    """One IF of a rule, in the words of ``rules.words``.

    ``value``: one text, or several for *one of*. ``field``: of kind *field* only. ``held``: why
    it cannot be evaluated just now (its field or tag vanished in the app); it is then unknown.
    """

    kind: str
    op: str
    value: str | tuple[str, ...] = ""
    field: Field | None = None
    held: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """One THEN of a rule, on the counterpart in the other app.

    ``verb``: add, remove or set. ``kind``: of segment, or "field". ``name``: the segment as
    typed, or the field's name; ``value``: what *set* writes. ``held``: why it cannot be done just
    now (its field vanished in the app); it is then neither carried out nor taken back.
    """

    verb: str
    kind: str
    name: str
    value: str = ""
    field: Field | None = None
    held: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """An independent search over the contacts of one side.

    ``key`` stays when the rule is renamed or changed: effects are known by it. A rule that is
    off is here only to have its effects taken back (``take_back``).
    """

    key: str
    name: str
    side: str
    conditions: tuple[Condition, ...] = ()
    actions: tuple[Action, ...] = ()
    undo: bool = False
    both_ways: bool = False
    on: bool = True


@dataclass(frozen=True, slots=True)
class Marks:
    """Names of what is put on a contact whose counterpart was deleted or unsubscribed, and by
    side the kind of segment that carries them ("" where the app has none)."""

    trash: str = "PieSync Trash"
    unsubscribes: str = "PieSync Unsubscribes"
    kind_a: str = ""
    kind_b: str = ""

    def kind(self, side: str) -> str:
        return self.kind_a if side == "a" else self.kind_b


@dataclass(frozen=True, slots=True)
class Brakes:
    """When a run stops before writing. Pairs are (at least this many, and this share)."""

    marks: tuple[int, float] = (5, 0.05)
    overwrites: tuple[int, float] = (10, 0.2)
    changes: tuple[int, float] = (50, 0.2)
    most: int = 2000

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Brakes:
        limits: dict[str, Any] = {
            name: tuple(limit) if isinstance(limit, list) else limit for name, limit in data.items()
        }
        return cls(**limits)


#: What a connection without rules of its own has: everything syncs.
EVERYTHING = (
    Rule("everything-a", "Everything in A", "a"),
    Rule("everything-b", "Everything in B", "b"),
)


@dataclass(frozen=True, slots=True)
class Setup:
    """``rules`` in their order: those that are on, and those off that take back what they did.

    ``sync_deletions`` and ``sync_unsubscribes`` hold directions: what happened in the first
    side is marked on the second. ``new_status``: what a contact made in an app with consent
    gets; ``consent``: sides whose app knows consent.
    """

    connection: str
    lines: tuple[Line, ...]
    direction: str = TWO_WAY
    winner: str = "a"
    avoid_duplicates: bool = True
    never_blank: bool = False
    region: str = ""
    rules: tuple[Rule, ...] = EVERYTHING
    sync_deletions: tuple[str, ...] = ()
    sync_unsubscribes: tuple[str, ...] = ()
    new_status: str = ""
    consent: tuple[str, ...] = ()
    marks: Marks = field(default_factory=Marks)
    brakes: Brakes = field(default_factory=Brakes)

    def may_write(self, side: str) -> bool:
        """Does the direction let anything flow to this side?"""
        return self.direction in (TWO_WAY, direction_to(side))

    def flows(self, line: Line, side: str) -> bool:
        """Does this line write this side? Its arrow never exceeds the direction."""
        arrow = TO_B if side == "b" else TO_A
        return line.arrow in (BOTH, arrow) and self.may_write(side)

    def wins(self, line: Line) -> str:
        return line.winner or self.winner

    def rules_of(self, side: str) -> tuple[Rule, ...]:
        """The rules over this side that are on. Those over the side that is only written are
        ignored in a one-way sync."""
        if not self.may_write(other(side)):
            return ()
        return tuple(rule for rule in self.rules if rule.side == side and rule.on)

    def rule(self, key: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.key == key), None)

    def marks_deletions(self, side: str) -> bool:
        """Is a contact of this side marked when its counterpart is deleted?"""
        return direction_to(side) in self.sync_deletions and bool(self.marks.kind(side))

    def marks_unsubscribes(self, side: str) -> bool:
        return direction_to(side) in self.sync_unsubscribes and bool(self.marks.kind(side))

    def widened_since(self, old: Setup) -> frozenset[str]:
        """Keys of lines that write a side now which they did not write before: these start as a
        first match."""
        before = {line.key: line for line in old.lines}
        return frozenset(
            line.key
            for line in self.lines
            if line.key in before
            and any(
                self.flows(line, side) and not old.flows(before[line.key], side) for side in "ab"
            )
        )

    def to_json(self) -> dict[str, Any]:
        options = {name: getattr(self, name) for name in _OPTIONS}
        lists = {name: list(getattr(self, name)) for name in _LISTS}
        brakes = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self.brakes).items()}
        return {
            "connection": self.connection,
            "lines": [_line_to_json(line) for line in self.lines],
            "rules": [_rule_to_json(rule) for rule in self.rules],
            "marks": asdict(self.marks),
            "brakes": brakes,
            **options,
            **lists,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Setup:
        return cls(
            connection=data["connection"],
            lines=tuple(_line_from_json(item) for item in data["lines"]),
            rules=tuple(_rule_from_json(item) for item in data["rules"]),
            marks=Marks(**data["marks"]),
            brakes=Brakes.from_json(data["brakes"]),
            **{name: data[name] for name in _OPTIONS},
            sync_deletions=tuple(data["sync_deletions"]),
            sync_unsubscribes=tuple(data["sync_unsubscribes"]),
            consent=tuple(data["consent"]),
        )

    def digest(self) -> str:
        """Changes when contacts have to be planned again: not for a new name or other limits."""
        data = {k: v for k, v in self.to_json().items() if k not in ("connection", "brakes")}
        text = json.dumps(data, sort_keys=True, separators=(",", ":"))
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


_OPTIONS = ("direction", "winner", "avoid_duplicates", "never_blank", "region", "new_status")
_LISTS = ("sync_deletions", "sync_unsubscribes", "consent")


def _line_to_json(line: Line) -> dict[str, Any]:
    return {
        "a": field_to_json(line.a),
        "b": field_to_json(line.b),
        "arrow": line.arrow,
        "winner": line.winner,
        "values": [list(pair) for pair in line.values],
    }


def _line_from_json(data: Mapping[str, Any]) -> Line:
    values = tuple((a, b) for a, b in data["values"])
    a, b = field_from_json(data["a"]), field_from_json(data["b"])
    return Line(a, b, data["arrow"], data["winner"], values)


def _rule_to_json(rule: Rule) -> dict[str, Any]:
    return {
        "key": rule.key,
        "name": rule.name,
        "side": rule.side,
        "if": [
            {
                "kind": item.kind,
                "op": item.op,
                "value": item.value if isinstance(item.value, str) else list(item.value),
                "field": item.field and field_to_json(item.field),
                "held": item.held,
            }
            for item in rule.conditions
        ],
        "then": [
            {
                "verb": item.verb,
                "kind": item.kind,
                "name": item.name,
                "value": item.value,
                "field": item.field and field_to_json(item.field),
                "held": item.held,
            }
            for item in rule.actions
        ],
        "undo": rule.undo,
        "both_ways": rule.both_ways,
        "on": rule.on,
    }


def _rule_from_json(data: Mapping[str, Any]) -> Rule:
    return Rule(
        data["key"],
        data["name"],
        data["side"],
        tuple(
            Condition(
                item["kind"],
                item["op"],
                item["value"] if isinstance(item["value"], str) else tuple(item["value"]),
                item["field"] and field_from_json(item["field"]),
                item["held"],
            )
            for item in data["if"]
        ),
        tuple(
            Action(
                item["verb"],
                item["kind"],
                item["name"],
                item["value"],
                item["field"] and field_from_json(item["field"]),
                item["held"],
            )
            for item in data["then"]
        ),
        data["undo"],
        data["both_ways"],
        data["on"],
    )
