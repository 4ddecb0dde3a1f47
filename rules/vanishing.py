"""What a setup names that an app may do away with as a whole: own fields, and names of a register.
Pure."""

from __future__ import annotations

from connectors.connector import Catalogue
from connectors.fields import Field
from rules.setup import Rule, Setup

_OWN = "custom:"


def names_what_may_vanish(setup: Setup, side: str, catalogue: Catalogue) -> bool:
    """Would its vanishing look as if contacts of this side had changed?"""
    fields = [line.field(side) for line in setup.lines]
    return any(map(_is_own, fields)) or any(
        rule.on and _names(rule, side, catalogue) for rule in setup.rules
    )


def _names(rule: Rule, side: str, catalogue: Catalogue) -> bool:
    if rule.side != side:
        return rule.both_ways and any(item.kind in catalogue.registers for item in rule.actions)
    return any(
        item.kind in catalogue.registers or (item.field is not None and _is_own(item.field))
        for item in rule.conditions
    )


def _is_own(field: Field) -> bool:
    return field.name.startswith(_OWN)
