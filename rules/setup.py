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


def other(side: str) -> str:
    return "b" if side == "a" else "a"


@dataclass(frozen=True, slots=True)
class Line:
    """One field mapping that is switched on. ``winner`` is "" for the connection's."""

    a: Field
    b: Field
    arrow: str = BOTH
    winner: str = ""

    @property
    def key(self) -> str:
        """Names the line in bases: a line with other fields is another line."""
        return self.a.name if self.a.name == self.b.name else f"{self.a.name}|{self.b.name}"

    def field(self, side: str) -> Field:
        return self.a if side == "a" else self.b


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


@dataclass(frozen=True, slots=True)
class Setup:
    connection: str
    lines: tuple[Line, ...]
    direction: str = TWO_WAY
    winner: str = "a"
    avoid_duplicates: bool = True
    never_blank: bool = False
    region: str = ""
    brakes: Brakes = field(default_factory=Brakes)

    def may_write(self, side: str) -> bool:
        """Does the direction let anything flow to this side?"""
        return self.direction == TWO_WAY or self.direction == (A_TO_B if side == "b" else B_TO_A)

    def flows(self, line: Line, side: str) -> bool:
        """Does this line write this side? Its arrow never exceeds the direction."""
        arrow = TO_B if side == "b" else TO_A
        return line.arrow in (BOTH, arrow) and self.may_write(side)

    def wins(self, line: Line) -> str:
        return line.winner or self.winner

    def to_json(self) -> dict[str, Any]:
        lines = [
            {"a": field_to_json(x.a), "b": field_to_json(x.b), "arrow": x.arrow, "winner": x.winner}
            for x in self.lines
        ]
        options = {name: getattr(self, name) for name in _OPTIONS}
        brakes = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self.brakes).items()}
        return {"connection": self.connection, "lines": lines, "brakes": brakes, **options}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Setup:
        return cls(
            connection=data["connection"],
            lines=tuple(
                Line(field_from_json(x["a"]), field_from_json(x["b"]), x["arrow"], x["winner"])
                for x in data["lines"]
            ),
            brakes=Brakes.from_json(data["brakes"]),
            **{name: data[name] for name in _OPTIONS},
        )

    def digest(self) -> str:
        """Changes when contacts have to be planned again: not for a new name or other limits."""
        data = {k: v for k, v in self.to_json().items() if k not in ("connection", "brakes")}
        text = json.dumps(data, sort_keys=True, separators=(",", ":"))
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


_OPTIONS = ("direction", "winner", "avoid_duplicates", "never_blank", "region")
