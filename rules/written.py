"""Rules as they are written in rows, in the configuration file and in forms: words only, which
catalogues give a meaning (``rules.building``). Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from rules.setup import EVERYTHING


@dataclass(frozen=True, slots=True)
class WrittenCondition:
    """``value``: several texts for *one of*; ``field``: a name, of kind *field* only."""

    kind: str
    op: str = ""
    value: str | tuple[str, ...] = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class WrittenAction:
    """``kind``: the action's whole word, such as *add tag*; ``field``: of *set field* only."""

    kind: str
    value: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class WrittenRule:
    """``take_back``: of a rule that is off only. ``key``: of one that is stored, by which it is
    known whatever becomes of its name."""

    name: str
    side: str
    conditions: tuple[WrittenCondition, ...] = ()
    actions: tuple[WrittenAction, ...] = ()
    undo: bool = False
    both_ways: bool = False
    on: bool = True
    take_back: bool = False
    key: str = field(default="", compare=False)


#: What a connection begins with.
DEFAULT_RULES = tuple(WrittenRule(rule.name, rule.side) for rule in EVERYTHING)
