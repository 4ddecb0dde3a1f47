"""What an option of one choice is called in another: value maps. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from connectors.fields import CHOOSING, Field, fold

#: Pairs (option of a, option of b).
Pairs = Iterable[tuple[str, str]]
#: An option of the other field, or None where this one has no counterpart there.
Translate = Callable[[str], str | None]


class Missing(NamedTuple):
    """Options without a counterpart in the other field, in the order of the field."""

    of_a: tuple[str, ...] = ()
    of_b: tuple[str, ...] = ()


def options_to_b(a: Field, b: Field, values: Pairs = (), both: bool = True) -> Translate | None:
    """How options of a are called in b, or None where all are called the same.

    What ``values`` does not name is called what is spelled the same (folded); with ``both``, for
    a line that goes both ways, only if no other option is called that already.
    """
    pairs = tuple(values)
    if not {a.type, b.type} <= CHOOSING or (not pairs and (a.options == b.options)):
        return None
    if not pairs and not b.options:
        return None
    named = {fold(mine): theirs for mine, theirs in reversed(pairs)}
    taken = {fold(theirs) for _, theirs in pairs} if both else set()
    same = {fold(option): option for option in b.options if fold(option) not in taken}
    knows_all = bool(b.options)

    def translate(option: str) -> str | None:
        key = fold(option)
        if key in named:
            return named[key]
        if key in same or knows_all or key in taken:
            return same.get(key)
        return option

    return translate


def options_to_a(a: Field, b: Field, values: Pairs = (), both: bool = True) -> Translate | None:
    return options_to_b(b, a, [(theirs, mine) for mine, theirs in values], both)


def missing_options(a: Field, b: Field, values: Pairs, both: bool = True) -> Missing:
    """The options that have no counterpart: their values are held."""
    pairs = tuple(values)
    to_b, to_a = options_to_b(a, b, pairs, both), options_to_a(a, b, pairs, both)
    return Missing(
        tuple(option for option in a.options if to_b and to_b(option) is None),
        tuple(option for option in b.options if to_a and to_a(option) is None),
    )


def unknown_options(field: Field, options: Iterable[str]) -> list[str]:
    """Those that the field does not have; none where it does not say which it has."""
    known = {fold(option) for option in field.options}
    return [option for option in options if known and fold(option) not in known]


def doubled_option(values: Pairs) -> str:
    """The first option that is named twice on its side, so that there is no way back; or ""."""
    for side in zip(*values, strict=True):
        seen: set[str] = set()
        for option in side:
            if fold(option) in seen:
                return str(option)
            seen.add(fold(option))
    return ""
