"""The fields that a new line may join: those of no line first, then those that are in one, with
where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from connections.mappings import collide, fields_to_join
from connectors.connector import Catalogue
from connectors.fields import Field, split_name
from sync.desk.field_signs import kind_of

#: As a select takes them: a label, and pairs (name of the field, what is read).
Group = tuple[str, list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Use:
    """A field of a line that is on: ``where`` names the line, which may write the field."""

    field: Field
    where: str
    writes: bool


def offers_of(catalogue: Catalogue, uses: Sequence[Use]) -> list[Group]:
    free: list[tuple[str, str]] = []
    parts: list[tuple[str, str]] = []
    taken: list[tuple[str, str]] = []
    for item in fields_to_join(catalogue):
        read = f"{item.label} ({kind_of(item)})"
        if why := _used(item, uses):
            taken.append((item.name, f"{read} – {why}"))
        elif split_name(item.name)[1]:
            parts.append((item.name, read))
        else:
            free.append((item.name, read))
    groups = (("In no line yet", free), ("Parts of lists", parts), ("In a line already", taken))
    return [(label, fields) for label, fields in groups if fields]


def free_of(catalogue: Catalogue, uses: Sequence[Use]) -> list[Field]:
    """Those of no line, without parts of lists."""
    fields = fields_to_join(catalogue)
    return [item for item in fields if not split_name(item.name)[1] and not _used(item, uses)]


def _used(item: Field, uses: Iterable[Use]) -> str:
    """Where it is written, else where it is read; "" where it is neither."""
    reading = ""
    for use in uses:
        if use.writes and collide(use.field, item):
            return f"written by {use.where}"
        if use.field.name == item.name:
            reading = reading or f"read by {use.where}"
    return reading
