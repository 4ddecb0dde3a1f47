"""The wish for an app that is in no list."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from connections.models import Vote
from connectors import coming, registry


class WishForm(forms.Form):
    name = forms.CharField(
        label="Another app",
        max_length=Vote.LONGEST,
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "off", "placeholder": "Its name"},
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # It is at the foot of a long page: one that comes again is scrolled to what is wrong.
        self.fields["name"].widget.attrs["autofocus"] = self.is_bound

    def clean_name(self) -> str:
        """Blanks are levelled, and signs that nobody sees are left out."""
        typed = self.cleaned_data["name"]
        seen = "".join(sign for sign in typed if sign.isprintable() or sign.isspace())
        name = " ".join(seen.split())
        word = coming.folded(name)
        if not word:
            raise forms.ValidationError("A name has a letter or a digit.")
        # One sign may fold to as many as eighteen (ﷺ).
        if len(word) > Vote.LONGEST:
            raise forms.ValidationError("That is too long for a name.")
        if here := coming.here_already(name):
            raise forms.ValidationError(_is_here(name, registry.APPS[here][0]))
        return name


def _is_here(name: str, label: str) -> str:
    if coming.folded(name) == coming.folded(label):
        return f"{label} is there already: add an account."
    return f"{name} is there already, as {label}: add an account."
