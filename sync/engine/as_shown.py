"""Agreeing on what both sides show, however different: the line is then quiet until somebody
changes something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.contact import Contact
from rules.setup import Line, Setup
from sync.engine.carry import agree_as_shown
from sync.engine.line import BaseOp


def as_shown(
    line: Line, contacts: Mapping[str, Contact], base: Sequence[Any] | None, setup: Setup
) -> tuple[BaseOp, ...]:
    """Operations that make of the base rows what both sides show."""
    rows = agree_as_shown(line, contacts, setup, base)
    return (*([row, None] for row in base or ()), *([None, row] for row in rows))
