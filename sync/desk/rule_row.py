"""A row of a rule's form: a condition or an action, as it is stored or entered. It has no identity
of its own, since a rule is saved with all of them anew. What is possible is judged with the whole
connection (``rules.editing``)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from unfold.widgets import UnfoldAdminSelectWidget

from connectors.connector import Catalogue
from rules.editing import WrittenAction, WrittenCondition
from rules.words import NotPossible, action, stored_condition
from rules.words.errors import briefly
from sync.desk.rule_choices import CHOOSE, Choices, Words, of_action, of_condition
from sync.desk.rule_values import Control, Given, Shape, control_for, fitting
from sync.desk.rule_widgets import widget_for

Written = WrittenCondition | WrittenAction


class _Texts(forms.MultipleChoiceField):
    """Any texts: which are possible is judged later."""

    def validate(self, value: Sequence[str]) -> None:
        for text in value:
            ProhibitNullCharactersValidator()(text)


class Row(forms.Form):
    """``stored``: the rows of this part that are stored of the rule."""

    part: str
    word: str

    kind = forms.CharField(max_length=30, required=False, widget=UnfoldAdminSelectWidget)
    field = forms.CharField(max_length=200, required=False, widget=UnfoldAdminSelectWidget)
    op = forms.CharField(max_length=20, required=False, widget=UnfoldAdminSelectWidget)
    #: One value; or several, of which some may be ticked and some stand a line each.
    value = forms.CharField(required=False, strip=False)
    among = _Texts(required=False)
    lines = forms.CharField(required=False, strip=False)

    def __init__(
        self, *args: Any, catalogue: Catalogue, stored: Sequence[Written], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.catalogue, self.stored = catalogue, stored
        self.choices = self._choices(self._words())
        fields = (CHOOSE, *self.choices.fields)
        self._offer("kind", self.choices.kinds, "What it is about")
        self._offer("field", fields, "Field")
        self._offer("op", self.choices.ops, "How")

    def _offer(self, name: str, choices: Sequence[Any], label: str) -> None:
        widget: Any = self.fields[name].widget
        widget.choices = choices
        widget.attrs |= {"aria-label": label, "data-leads": ""}

    # --- what was entered ---

    @property
    def is_empty(self) -> bool:
        return not self.text("kind")

    @property
    def given(self) -> Given:
        """The value as it was entered, into whatever control there was."""
        if not self.is_bound:
            initial: Given = self.initial.get("value", "")
            return initial
        data: Any = self.data
        among = map(_tidy_ends, data.getlist(self.add_prefix("among")))
        ticked, lines = tuple(among), data.get(self.add_prefix("lines"))
        if ticked or lines is not None:
            written = _tidy_ends(lines or "").split("\n")
            return (*ticked, *(line for line in written if line.strip()))
        return _tidy_ends(data.get(self.add_prefix("value")) or "")

    @property
    def entered(self) -> dict[str, Any]:
        """To fill in another form with."""
        return {name: self.text(name) for name in ("kind", "field", "op")} | {"value": self.given}

    @property
    def written(self) -> Any:
        """As it is to be."""
        asked = self.choices.asked
        return self.as_written(fitting(asked, self.given) if asked else self.given)

    @cached_property
    def is_stored(self) -> bool:
        return self.as_written(self.given) in self.stored

    def clean(self) -> dict[str, Any]:
        """Only what is missing is told here."""
        data: dict[str, Any] = super().clean() or {}
        for name, text in self.missing.items():
            self.add_error(name, text)
        return data

    @property
    def missing(self) -> dict[str, str]:
        """By its place what is still to be entered."""
        return {} if self.is_empty or self.is_stored else self._missing()

    def text(self, name: str) -> str:
        if self.is_bound:
            return str(self.data.get(self.add_prefix(name)) or "").strip()
        return str(self.initial.get(name, ""))

    def _missing(self) -> dict[str, str]:
        choices = self.choices
        if choices.fields and not self.text("field"):
            return {"field": "Choose the field."}
        if choices.ops and self.text("op") not in dict(choices.ops):
            return {"op": "Choose how it is compared."}
        takes_value = choices.asked is not None and choices.asked.shape != Shape.NONE
        return {"value": "Enter a value."} if takes_value and not any(_texts(self.given)) else {}

    def _words(self) -> Words:
        kind, field, op = self.text("kind"), self.text("field"), self.text("op")
        stored = [(each.kind, each.field, getattr(each, "op", "")) for each in self.stored]
        several = not isinstance(self.given, str)
        return Words(kind, field, op, several, (kind, field, op) in stored)

    @property
    def waits(self) -> str:
        """Why it cannot be asked or done any more, of one that is stored; "" where it can."""
        return briefly(self.why_not()) if self.is_stored else ""

    # --- the value's control ---

    @cached_property
    def control(self) -> Control | None:
        """None where no value is asked for, or not yet."""
        asked = self.choices.asked
        if asked is None or asked.shape == Shape.NONE:
            return None
        return control_for(asked, self.given, self.part, is_stored=self.is_stored)

    @property
    def entry(self) -> str:
        """As HTML, but for what is ticked."""
        control = self.control
        assert control is not None, "no value is asked for"
        name = self.add_prefix("lines" if control.shape == Shape.SEVERAL else "value")
        attrs = {"id": f"id_{self.prefix}-value", "aria-label": "Value"}
        if ids := [f"id_{self.prefix}-value_{about}" for about in self._about_value(control)]:
            attrs["aria-describedby"] = " ".join(ids)
        if self.errors.get("value"):
            attrs["aria-invalid"] = "true"
        rendered: str = widget_for(control).render(name, control.text, attrs)
        return rendered

    def _about_value(self, control: Control) -> list[str]:
        has_error = bool(self.errors.get("value"))
        return ["error"] * has_error + ["helptext"] * bool(control.hint)

    # --- of each part ---

    def as_written(self, given: Given) -> Written:
        raise NotImplementedError

    def why_not(self) -> str:
        raise NotImplementedError

    def _choices(self, words: Words) -> Choices:
        raise NotImplementedError


class ConditionRow(Row):
    part, word = "if", "Condition"

    def as_written(self, given: Given) -> Written:
        op = self.text("op") if self.choices.ops else ""
        field = self.text("field") if self.choices.fields else ""
        return WrittenCondition(self.text("kind"), op, given, field)

    def why_not(self) -> str:
        it = self.written
        return stored_condition(it.kind, it.op, it.value, it.field, self.catalogue).held

    def _choices(self, words: Words) -> Choices:
        return of_condition(self.catalogue, words)


class ActionRow(Row):
    part, word = "then", "Action"

    def as_written(self, given: Given) -> Written:
        """The judge takes one value; there is no control for several."""
        field = self.text("field") if self.choices.fields else ""
        return WrittenAction(self.text("kind"), "\n".join(_texts(given)), field)

    def why_not(self) -> str:
        it = self.written
        try:
            action(it.kind, it.value, it.field, self.catalogue)
        except NotPossible as error:
            return str(error)
        return ""

    def _choices(self, words: Words) -> Choices:
        return of_action(self.catalogue, words)


def _texts(given: Given) -> tuple[str, ...]:
    return tuple(text for text in ((given,) if isinstance(given, str) else given) if text.strip())


def _tidy_ends(text: str) -> str:
    """Browsers send lines with other ends than they were given."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
