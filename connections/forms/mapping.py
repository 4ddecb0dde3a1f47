"""The mapping lines of a connection: only what the two sides can carry."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminSelectWidget

from connections.mappings import widest_arrow
from connections.models import FieldMapping
from connectors.connector import Catalogue
from connectors.fields import compatible

BOTH = FieldMapping.Arrow.BOTH


class MappingForm(forms.ModelForm):
    class Meta:
        model = FieldMapping
        fields = ["a", "arrow", "b", "winner", "on"]

    def offer(self, of_a: Catalogue, of_b: Catalogue) -> None:
        for side, catalogue in (("a", of_a), ("b", of_b)):
            stored = getattr(self.instance, side)
            choices = [(item.name, item.label) for item in catalogue.fields]
            if stored and catalogue.field(stored) is None:
                choices.append((stored, f"{stored} (no longer in the app)"))
            field = self.fields[side]
            self.fields[side] = forms.ChoiceField(
                label=field.label,
                choices=[("", "–"), *choices],
                widget=UnfoldAdminSelectWidget(),
            )
        winner = self.fields["winner"]
        if isinstance(winner, forms.ChoiceField):
            winner.choices = [("", "as the connection"), ("a", "A"), ("b", "B")]

    def problem(self, of_a: Catalogue, of_b: Catalogue) -> str:
        """Why the line cannot work, or ""."""
        a = of_a.field(self.cleaned_data.get("a", ""))
        b = of_b.field(self.cleaned_data.get("b", ""))
        if a is None or b is None or not self.cleaned_data.get("on"):
            return ""
        widest, fit = widest_arrow(a, b), compatible(a, b)
        if not widest:
            return f"{a.label} and {b.label} cannot be mapped: {fit.why}"
        if widest != BOTH and self.cleaned_data.get("arrow") != widest:
            arrow = FieldMapping.Arrow(widest).label
            return f"Between {a.label} and {b.label} only {arrow} is possible: {fit.why}"
        return ""


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
        written: set[str] = set()
        for form in lines:
            name = form.cleaned_data.get(side, "")
            if not form.cleaned_data["on"] or form.cleaned_data.get("arrow") not in arrows:
                continue
            if name in written:
                form.add_error(
                    side,
                    f"{name} of {side.upper()} is written by another line already. "
                    "Switch one of the two off, or turn its arrow.",
                )
            written.add(name)
