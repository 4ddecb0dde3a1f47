"""The default field mapping of a pair of containers. Pure."""

from __future__ import annotations

from typing import NamedTuple

from connectors.connector import Catalogue
from connectors.fields import STANDARD, Field, compatible


class DefaultLine(NamedTuple):
    """Names of a field of a and of b, and the arrow between them: ``<->``, ``->`` or ``<-``."""

    a: str
    arrow: str
    b: str


def default_lines(a: Catalogue, b: Catalogue) -> list[DefaultLine]:
    """The standard fields that both sides have, each as far as it can flow, in fixed order."""
    pairs = ((a.field(name), b.field(name)) for name in STANDARD)
    return [
        DefaultLine(of_a.name, arrow, of_b.name)
        for of_a, of_b in pairs
        if of_a and of_b and (arrow := widest_arrow(of_a, of_b))
    ]


def widest_arrow(a: Field, b: Field) -> str:
    """The arrow that lets flow all that can, or "" where nothing can."""
    fit = compatible(a, b)
    if fit.a_to_b and fit.b_to_a:
        return "<->"
    if fit.a_to_b:
        return "->"
    return "<-" if fit.b_to_a else ""
