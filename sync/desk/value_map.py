"""What the options of one choice are called in another, as a table of pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from connections.mappings import widest_arrow
from connectors.fields import CHOOSING, Field, fold
from connectors.options import Missing, missing_options, options_to_b
from rules.editing import MappingLine
from rules.setup import BOTH

#: Empty pairs to fill in, where an app does not say which options it has.
SPARE = 2
#: Of more options than these none is chosen from a list, which would be there for each pair: they
#: are typed, and suggested as that is done.
MOST_TO_CHOOSE = 40


@dataclass(frozen=True, slots=True)
class Pair:
    """``itself``: what the option of a is called in b as long as nothing is chosen, "" for
    nothing; ``is_typed``: a does not say which options it has. ``a_gone`` and ``b_gone``: the
    option is no longer in the app. ``is_missing``: it has no counterpart, so is not sent."""

    number: int
    a: str
    b: str
    itself: str = ""
    is_typed: bool = False
    a_gone: bool = False
    b_gone: bool = False
    is_missing: bool = False


@dataclass(frozen=True, slots=True)
class ValueMap:
    """``options``: those of b; none where it does not say which it has. ``missing``: those of
    either side that nothing leads to or from, where the line flows."""

    pairs: tuple[Pair, ...]
    options: tuple[str, ...]
    missing: Missing

    @property
    def are_few(self) -> bool:
        return 0 < len(self.options) <= MOST_TO_CHOOSE

    @property
    def lacking(self) -> int:
        return len(self.missing.of_a) + len(self.missing.of_b)

    @property
    def named(self) -> int:
        return sum(bool(pair.b) for pair in self.pairs)


def value_map_of(line: MappingLine, a: Field | None, b: Field | None) -> ValueMap | None:
    """None where nothing is translated. What is stored is shown, whatever became of the fields."""
    are_choices = bool(a and b and {a.type, b.type} <= CHOOSING and widest_arrow(a, b))
    if not (are_choices or line.values):
        return None
    missing = Missing()
    if a and b and are_choices and line.on:
        found = missing_options(a, b, line.values, line.arrow == BOTH)
        missing = Missing(
            found.of_a if line.writes("b") else (), found.of_b if line.writes("a") else ()
        )
    pairs = _pairs(line, a, b, frozenset(missing.of_a))
    return ValueMap(tuple(pairs), b.options if b else (), missing)


def _pairs(
    line: MappingLine, a: Field | None, b: Field | None, missing: frozenset[str]
) -> Iterator[Pair]:
    left = {fold(mine): (mine, theirs) for mine, theirs in line.values}
    unnamed = _itself(line, a, b, line.values)
    pairs: list[Pair] = []
    for option in a.options if a else ():
        itself, is_missing = unnamed, option in missing
        named = left.pop(fold(option), None)
        if named:
            itself = _itself(line, a, b, [pair for pair in line.values if pair != named])
        theirs = named[1] if named else ""
        pairs.append(Pair(0, option, theirs, itself(option), is_missing=is_missing))
    says_all = bool(pairs)
    for mine, theirs in left.values():
        pairs.append(Pair(0, mine, theirs, is_typed=not says_all, a_gone=says_all))
    pairs += [] if says_all else [Pair(0, "", "", is_typed=True)] * SPARE
    spelled = {fold(option): option for option in b.options} if b else {}
    for number, pair in enumerate(pairs):
        theirs = spelled.get(fold(pair.b), "")
        b_gone = bool(pair.b and spelled and not theirs)
        yield replace(pair, number=number, b=theirs or pair.b, b_gone=b_gone)


def _itself(
    line: MappingLine, a: Field | None, b: Field | None, values: Sequence[tuple[str, str]]
) -> Callable[[str], str]:
    """What an option without a name of its own is called: what is spelled the same and free."""
    if a is None or b is None:
        return lambda option: ""
    translate = options_to_b(a, b, values, line.arrow == BOTH)
    return lambda option: (translate(option) or "") if translate else option
