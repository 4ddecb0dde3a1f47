"""What one connection is told to do, given to a new draft of the same apps."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from connections.models import Connection
from rules.configuration.wishes import options_of, stored_lines, stored_rules
from rules.editing import Edit, Fault, judged, keep


def carry_over(source: Connection, draft: Connection, by: Any) -> tuple[str, ...]:
    """Options, rules and field mapping, and the draft's place in the history. ``by``: a user.

    What the draft's accounts do not allow is left out, and answered in sentences: a field that
    only the other account has, for example. Runs in the transaction that made the draft.
    """
    options = {name: value for name, value in options_of(source).items() if name != "state"}
    rules = [replace(rule, key="") for rule in stored_rules(source)]
    edit = Edit(options=options, lines=list(stored_lines(source).values()), rules=rules)
    left_out: list[str] = []
    while (verdict := judged(draft, edit)).errors:
        left_out += [fault.text for fault in verdict.errors]
        edit = _without(edit, verdict.errors)
    keep(verdict, by)
    return tuple(left_out)


def _without(edit: Edit, faults: Collection[Fault]) -> Edit:
    """Less than that in any case: nothing at all where what is wrong has no place in it."""
    at = {fault.at[:2] for fault in faults}
    less = Edit(
        options={name: value for name, value in edit.options.items() if (name,) not in at},
        lines=[x for number, x in enumerate(edit.lines or ()) if ("mappings", number) not in at],
        rules=[x for number, x in enumerate(edit.rules or ()) if ("rules", number) not in at],
    )
    return Edit() if _size(less) == _size(edit) else less


def _size(edit: Edit) -> int:
    return len(edit.options) + len(edit.lines or ()) + len(edit.rules or ())
