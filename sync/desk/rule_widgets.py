"""The widgets that the value of a condition or of an action is entered into."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django import forms
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from sync.desk.rule_values import Control, Shape

_PLAIN = {"autocomplete": "off", "spellcheck": "false"}


def widget_for(control: Control) -> forms.Widget:
    return _WIDGETS[control.shape](control)


def _line(control: Control, **more: str) -> forms.Widget:
    widget: forms.Widget = UnfoldAdminTextInputWidget({**_PLAIN, **more})
    return widget


def _text(control: Control) -> forms.Widget:
    if not control.listed:
        return _line(control)
    return _line(control, list=control.list_id, **{"data-values": control.listed})


def _lines(control: Control) -> forms.Widget:
    rows = min(8, max(3, control.text.count("\n") + 1))
    widget: forms.Widget = UnfoldAdminTextareaWidget({"rows": rows, "spellcheck": "false"})
    return widget


def _select(control: Control) -> forms.Widget:
    widget: forms.Widget = UnfoldAdminSelectWidget(choices=control.options)
    return widget


_WIDGETS: Mapping[Shape, Callable[[Control], forms.Widget]] = {
    Shape.TEXT: _text,
    Shape.NUMBER: lambda control: _line(control, inputmode="decimal"),
    Shape.DATE: lambda control: _line(control, type="date"),
    Shape.LONG: _lines,
    Shape.SEVERAL: _lines,
    Shape.ONE: _select,
}
