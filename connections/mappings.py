"""The mapping lines of a pair of containers: which fields they join, which go together, and the
default mapping. Pure."""

from __future__ import annotations

from typing import NamedTuple

from connectors.connector import Catalogue
from connectors.contact import ADDRESS_PARTS
from connectors.fields import (
    STANDARD,
    Field,
    compatible,
    composed_name,
    is_address_part,
    split_name,
    sub_field,
)

FULL_NAME = "full_name"
#: Labels by which elements of a list are offered as fields of their own. They are those that people
#: use most; a line may name any other.
_OFFERED = {
    "emails": ("home", "work"),
    "phones": ("mobile", "home", "work", "fax"),
    "addresses": (*ADDRESS_PARTS, "home", "work"),
    "urls": ("home", "work"),
}


class DefaultLine(NamedTuple):
    """Names of a field of a and of b, and the arrow between them: ``<->``, ``->`` or ``<-``."""

    a: str
    arrow: str
    b: str


def default_lines(a: Catalogue, b: Catalogue) -> list[DefaultLine]:
    """The standard fields that both sides have, each as far as it can flow, in fixed order.

    Name parts go to name parts; where only one side has them, its full name is joined from them
    and split into them. A full name goes beside the parts only where both apps state one.
    """
    lines: list[DefaultLine] = []
    for name in STANDARD:
        of_a, of_b = joined_fields(name, name, a, b)
        if name == FULL_NAME and _both_have_parts(a, b) and not _both_state(FULL_NAME, a, b):
            continue
        if of_a and of_b and (arrow := widest_arrow(of_a, of_b)):
            lines.append(DefaultLine(name, arrow, name))
    return lines


def fields_to_join(catalogue: Catalogue) -> list[Field]:
    """What a line may name of a side: the app's fields in its order, the full name that its name
    parts make, then parts of its lists."""
    fields = {item.name: item for item in catalogue.fields}
    if composed := composed_name(catalogue.fields):
        fields.setdefault(composed.name, composed)
    parts = [
        sub_field(parent, part)
        for parent in catalogue.fields
        for part in _OFFERED.get(parent.name, ())
    ]
    return [*fields.values(), *(part for part in parts if part)]


def joined_fields(
    name_a: str, name_b: str, a: Catalogue, b: Catalogue
) -> tuple[Field | None, Field | None]:
    """The fields of a line. A full name is composed of the name parts of its side where the app
    has them, unless it goes to a full name that another such app states, as this one does."""
    if name_a == name_b == FULL_NAME and _both_have_parts(a, b) and _both_state(FULL_NAME, a, b):
        return a.field(name_a), b.field(name_b)
    return _field(name_a, a), _field(name_b, b)


def _field(name: str, catalogue: Catalogue) -> Field | None:
    composed = composed_name(catalogue.fields) if name == FULL_NAME else None
    return composed or catalogue.field(name)


def _both_have_parts(a: Catalogue, b: Catalogue) -> bool:
    return all(composed_name(catalogue.fields) for catalogue in (a, b))


def _both_state(name: str, a: Catalogue, b: Catalogue) -> bool:
    return all(any(item.name == name for item in catalogue.fields) for catalogue in (a, b))


def widest_arrow(a: Field, b: Field) -> str:
    """The arrow that lets flow all that can, or "" where nothing can."""
    fit = compatible(a, b)
    if fit.a_to_b and fit.b_to_a:
        return "<->"
    if fit.a_to_b:
        return "->"
    return "<-" if fit.b_to_a else ""


def collide(one: Field, two: Field) -> bool:
    """May two lines not both write these fields of one side?

    A list and an element of it with a label go together: the list line leaves the element alone.
    A part of an address goes with other parts only, since it may be of any address.
    """
    if one.name == two.name:
        return True
    if one.parts or two.parts:
        return bool(_names(one) & _names(two))
    if is_address_part(one.name) and is_address_part(two.name):
        return False
    if is_address_part(one.name) or is_address_part(two.name):
        return split_name(one.name)[0] == split_name(two.name)[0]
    return False


def _names(field: Field) -> frozenset[str]:
    return frozenset(field.parts or (field.name,))
