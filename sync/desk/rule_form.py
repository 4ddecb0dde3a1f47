"""The form of a rule, but for its conditions and actions."""

from __future__ import annotations

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from sync.desk.rule_list import LEAVE, TAKE_BACK


class RuleForm(forms.Form):
    """``effects``: what becomes of what it did, when it is off; ``seen``: which state of the stored
    rule was shown."""

    name = forms.CharField(
        max_length=100,
        help_text="How everybody here calls it, such as “Clients”.",
        error_messages={"required": "Give it a name."},
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off"}),
    )
    undo = forms.BooleanField(required=False)
    both_ways = forms.BooleanField(required=False, label="Both ways")
    on = forms.BooleanField(required=False)
    effects = forms.ChoiceField(choices=[(LEAVE, ""), (TAKE_BACK, "")], required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not name.isprintable():
            raise forms.ValidationError("A name is one line without control characters.")
        return name

    def text(self, name: str) -> str:
        value = self.data.get(name) if self.is_bound else self.initial.get(name)
        return str(value or "").strip()

    def is_ticked(self, name: str) -> bool:
        return name in self.data if self.is_bound else bool(self.initial.get(name))
