"""Numbers in forms."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget


def in_one(text: str) -> dict[str, str]:
    """Error messages: whatever is wrong with a number, ``text`` says how it has to be."""
    return dict.fromkeys(("required", "invalid", "min_value", "max_value"), text)


def widget_of(field: forms.IntegerField) -> forms.Widget:
    """That of a number, with its bounds."""
    step = "any" if isinstance(field, forms.FloatField) else None
    bounds: dict[str, Any] = {"min": field.min_value, "max": field.max_value, "step": step}
    found: forms.Widget = UnfoldAdminIntegerFieldWidget(
        {name: bound for name, bound in bounds.items() if bound is not None}
    )
    return found
