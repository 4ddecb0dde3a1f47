"""The IF and the THEN of a rule's form: rows of conditions and rows of actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from connectors.connector import Catalogue
from sync.desk.rule_row import ActionRow, ConditionRow, Row, Written

#: More than so many of each has no rule that people write.
_MOST = 300


class Rows(forms.BaseFormSet):
    """The IF or the THEN of a rule. ``catalogue``: of the side that it is about."""

    def __init__(self, *args: Any, catalogue: Catalogue, stored: Sequence[Written], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.form_kwargs = {"catalogue": catalogue, "stored": stored}

    @property
    def shown(self) -> list[Any]:
        """The rows that are to stay. Of those that a script took out nothing was sent."""
        if not self.is_bound:
            return list(self.forms)
        return [
            row
            for row in self.forms
            if row.add_prefix("kind") in self.data and row.add_prefix("DELETE") not in self.data
        ]

    @property
    def filled(self) -> list[Any]:
        """Those of them that say something."""
        return [row for row in self.shown if not row.is_empty]


def _factory(row: type[Row]) -> Any:
    most = f"A rule has at most {_MOST} of them."
    made: Any = forms.formset_factory(
        row, Rows, extra=0, can_delete=True, max_num=_MOST, absolute_max=_MOST, validate_max=True
    )
    made.default_error_messages = {**Rows.default_error_messages, "too_many_forms": most}
    return made


Conditions, Actions = _factory(ConditionRow), _factory(ActionRow)
#: By part.
ROWS: Mapping[str, type[Row]] = {row.part: row for row in (ConditionRow, ActionRow)}
