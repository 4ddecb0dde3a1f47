"""The mapping lines of a connection: only what the two sides can carry.

Sub-values (``phones.mobile``) and what options are called come with the configuration file; here
lines that have them are shown and kept.
"""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminSelectWidget

from connections.mappings import collide, joined_fields, widest_arrow
from connections.models import FieldMapping
from connectors.connector import Catalogue
from connectors.fields import Field, compatible, composed_name
from connectors.options import doubled_option

BOTH = FieldMapping.Arrow.BOTH


class MappingForm(forms.ModelForm):
    class Meta:
        model = FieldMapping
        fields = ["a", "arrow", "b", "winner", "on"]

    def offer(self, of_a: Catalogue, of_b: Catalogue) -> None:
        for side, catalogue in (("a", of_a), ("b", of_b)):
            choices = _choices(catalogue, getattr(self.instance, side))
            field = self.fields[side]
            self.fields[side] = forms.ChoiceField(
                label=field.label,
                choices=[("", "–"), *choices],
                widget=UnfoldAdminSelectWidget(),
            )
        winner = self.fields["winner"]
        if isinstance(winner, forms.ChoiceField):
            winner.choices = [("", "as the connection"), ("a", "A"), ("b", "B")]

    def joined(self, of_a: Catalogue, of_b: Catalogue) -> tuple[Field | None, Field | None]:
        """The fields of the line as it is to be; None where an app has no such field."""
        return joined_fields(
            self.cleaned_data.get("a", ""), self.cleaned_data.get("b", ""), of_a, of_b
        )

    def problem(self, of_a: Catalogue, of_b: Catalogue) -> str:
        """Why the line cannot work, or ""."""
        a, b = self.joined(of_a, of_b)
        if a is None or b is None or not self.cleaned_data.get("on"):
            return ""
        widest, fit = widest_arrow(a, b), compatible(a, b)
        wanted = self.cleaned_data.get("arrow")
        if not widest:
            return f"{a.label} and {b.label} cannot be mapped: {fit.why}"
        if widest != BOTH and wanted != widest:
            arrow = FieldMapping.Arrow(widest).label
            return f"Between {a.label} and {b.label} only {arrow} is possible: {fit.why}"
        if wanted == BOTH and (option := doubled_option(self._values().items())):
            return (
                f"{option!r} is there twice in the values of this line, so there is no way back "
                "from it. Let the line go one way."
            )
        return ""

    def save(self, commit: bool = True) -> Any:
        self.instance.values = self._values()
        return super().save(commit)

    def _values(self) -> dict[str, str]:
        """What options are called; of other fields than these they say nothing."""
        values: dict[str, str] = self.instance.values
        return {} if {"a", "b"} & set(self.changed_data) else values


def _choices(catalogue: Catalogue, stored: str) -> list[tuple[str, str]]:
    """The app's fields, the full name that its name parts make, and what the line has now."""
    fields = {item.name: item for item in catalogue.fields}
    if composed := composed_name(catalogue.fields):
        fields.setdefault(composed.name, composed)
    choices = [(item.name, item.label) for item in fields.values()]
    if stored and stored not in fields:
        found = catalogue.field(stored)
        choices.append((stored, found.label if found else f"{stored} (no longer in the app)"))
    return choices


class MappingFormSet(PaginationInlineFormSet):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.catalogues = (self.instance.a.catalogue, self.instance.b.catalogue)

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.offer(*self.catalogues)

    def clean(self) -> None:
        super().clean()
        lines = [
            form
            for form in self.forms
            if form.is_valid() and form.cleaned_data.get("a") and not self._should_delete_form(form)
        ]
        for form in lines:
            if problem := form.problem(*self.catalogues):
                form.add_error(None, problem)
        for side, arrow in (("a", FieldMapping.Arrow.TO_A), ("b", FieldMapping.Arrow.TO_B)):
            self._check_written_once(lines, side, (BOTH, arrow))

    def save_new(self, form: Any, commit: bool = True) -> Any:
        """A new line comes last."""
        form.instance.position = 1 + max((row.position for row in self.get_queryset()), default=-1)
        return super().save_new(form, commit)

    def _check_written_once(self, lines: list[Any], side: str, arrows: tuple[str, str]) -> None:
        written: list[Field] = []
        for form in lines:
            field = form.joined(*self.catalogues)["ab".index(side)]
            writes = form.cleaned_data["on"] and form.cleaned_data.get("arrow") in arrows
            if field is None or not writes:
                continue
            if any(collide(other, field) for other in written):
                form.add_error(
                    side,
                    f"{field.name} of {side.upper()} is written by another line already. "
                    "Switch one of the two off, or turn its arrow.",
                )
            written.append(field)
