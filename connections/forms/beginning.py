"""The forms of the first steps of a set-up: which apps, and which account of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from connections.joining import BadSides, check_sides
from connections.models import Connection, Container, Side
from connectors import registry

_NO_APP = {
    "required": "Choose an app for side {0}.",
    "invalid_choice": "There is no such app. Choose one for side {0}.",
}
_NO_ACCOUNT = {
    "required": "Choose an account for side {0}.",
    "invalid_choice": "That is no account of this app any more. Choose one for side {0}.",
}


def _app_field(side: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=registry.choices,
        label=f"App of side {side}",
        widget=forms.RadioSelect,
        error_messages=_of(side, _NO_APP),
    )


def _side_field(side: str) -> forms.ModelChoiceField[Container]:
    return forms.ModelChoiceField(
        queryset=Container.objects.none(),
        label=f"Side {side}",
        widget=forms.RadioSelect,
        error_messages=_of(side, _NO_ACCOUNT),
    )


def _of(side: str, texts: Mapping[str, str]) -> dict[str, str]:
    return {code: text.format(side) for code, text in texts.items()}


class AppsForm(forms.Form):
    app_a = _app_field("A")
    app_b = _app_field("B")


class SidesForm(forms.Form):
    """A container for each side. ``apps``: by side the app that it is of. ``connection``: the one
    that is to have them. ``chosen``: by side what was chosen, whether it goes together or not."""

    chosen: Mapping[str, Container | None]

    a = _side_field("A")
    b = _side_field("B")

    def __init__(
        self, *args: Any, apps: Mapping[str, str], connection: Connection, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.connection = connection
        containers = Container.objects.select_related("account")
        for side in Side.values:
            field = self.fields[side]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = containers.filter(account__app=apps[side])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        self.chosen = {side: data.get(side) for side in Side.values}
        if data.get("a") and data.get("b"):
            try:
                check_sides(data["a"], data["b"], self.connection)
            except BadSides as error:
                self.refuse(error)
        return data

    def refuse(self, error: BadSides) -> None:
        """At its place: one side, or what both are together."""
        self.add_error(error.sides if len(error.sides) == 1 else None, str(error))
