"""Mapping lines between fields that are not the same on both sides: elements of lists, parts of
addresses, full names, options under other names."""

from __future__ import annotations

from typing import NamedTuple

from connectors.contact import NAME_PARTS
from connectors.fields import Field, FieldType
from tests.world.words import OPTIONS, SEVERAL

#: What options are called on the other side: the last of each has no counterpart there.
STAGES = (("New", "Neu"), ("Hot", "Heiss"))
TOPICS = (("News", "Neues"), ("Art", "Kunst"))

#: Apps' own fields that such lines join.
OWN = (
    Field("custom:Phone", "Phone", FieldType.PHONE),
    Field("custom:Mail", "Mail", FieldType.EMAIL),
    Field("custom:Site", "Site", FieldType.URL),
    Field("custom:City", "City"),
    Field("custom:Name", "Name", FieldType.NAME),
    Field("custom:Text", "Text", FieldType.LONG_TEXT),
    *(Field(name, name, FieldType.CHOICE, options=words) for name, words in OPTIONS.items()),
    *(Field(name, name, FieldType.CHOICES, options=words) for name, words in SEVERAL.items()),
)


class Join(NamedTuple):
    """Field of a, arrow, field of b; who wins ("" for the connection's winner); and pairs
    (option of a, option of b)."""

    a: str
    arrow: str
    b: str
    winner: str = ""
    values: tuple[tuple[str, str], ...] = ()

    @property
    def on(self) -> bool:
        """As of a row of the mapping."""
        return True

    def __repr__(self) -> str:
        """Only what is not as usual."""
        parts = list(self)
        while not parts[-1]:
            parts.pop()
        return f"Join({', '.join(map(repr, parts))})"

    def of(self, side: str) -> str:
        return self.a if side == "a" else self.b

    def writes(self, side: str) -> bool:
        return self.arrow in ("<->", "->" if side == "b" else "<-")

    def real_names(self, side: str) -> tuple[str, ...]:
        """The app's own fields behind that of the line."""
        name = self.of(side)
        return (*NAME_PARTS, name) if name == "full_name" else (name.partition(".")[0],)
