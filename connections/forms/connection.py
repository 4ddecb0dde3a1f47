"""The form of a connection: its two sides and its options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from phonenumbers import SUPPORTED_REGIONS

from connections.joining import check_sides
from connections.models import Connection, Side
from connectors.errors import AppError, AskStaff

WEEK = 7 * 24 * 60


class ConnectionForm(forms.ModelForm):
    #: By side, why its fields could not be read; asked before the form's transaction begins.
    unreadable: Mapping[str, AppError] = {}

    class Meta:
        model = Connection
        fields = [
            "name", "a", "b", "direction", "winner", "avoid_duplicates", "never_blank",
            "region", "interval",
        ]  # fmt: skip

    def clean_region(self) -> str:
        region = str(self.cleaned_data["region"]).upper()
        if region and region not in SUPPORTED_REGIONS:
            raise forms.ValidationError("This is no country: write its two letters, such as BE.")
        return region

    def clean_interval(self) -> int:
        interval = int(self.cleaned_data["interval"])
        if not 1 <= interval <= WEEK:
            raise forms.ValidationError(f"Give it from 1 minute to {WEEK} (a week).")
        return interval

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("a") and data.get("b"):
            try:
                check_sides(data["a"], data["b"], self.instance)
            except AskStaff as error:
                self.add_error(None, str(error))
        for side, fault in self.unreadable.items():
            self.add_error(side, str(fault))
        return data

    @property
    def has_other_sides(self) -> bool:
        return bool({Side.A.value, Side.B.value}.intersection(self.changed_data))
