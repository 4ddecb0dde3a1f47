"""The forms of a field mapping, one a line, as they are posted. They only read: what a line may be
is judged with the whole connection (``rules.editing``), by whoever asks for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms

from connections.models import FieldMapping, Side

LONGEST_OPTION = 1000
_NUMBERED = re.compile(r"line-(\d{1,4})-a")


class LineForm(forms.Form):
    """Beside its own fields it has numbered pairs, PREFIX-values-N-a and -b: what an option of A
    is called in B. An empty arrow is as wide as is possible, an empty winner the connection's."""

    a = forms.CharField(
        max_length=FieldMapping._meta.get_field("a").max_length,
        required=False,
        strip=False,
        widget=forms.Select,
    )
    arrow = forms.ChoiceField(
        choices=[("", ""), *FieldMapping.Arrow.choices],
        required=False,
        error_messages={"invalid_choice": "Choose one of the arrows."},
    )
    b = forms.CharField(
        max_length=FieldMapping._meta.get_field("b").max_length,
        required=False,
        strip=False,
        widget=forms.Select,
    )
    winner = forms.ChoiceField(
        choices=[("", ""), *Side.choices],
        required=False,
        error_messages={"invalid_choice": "Choose one of the sides."},
    )
    on = forms.BooleanField(required=False, initial=True)
    remove = forms.BooleanField(required=False)

    #: Pairs (option of a, option of b), as entered.
    values: tuple[tuple[str, str], ...] = ()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        self.values = tuple(self._values())
        for side, opposite in (("a", "b"), ("b", "a")):
            is_missing = data.get(opposite) and data.get(side) == ""
            if is_missing and not data.get("remove"):
                self.add_error(side, "Choose a field on both sides, or remove the line.")
        return data

    @property
    def joins_nothing(self) -> bool:
        """Is it a line in which no field was chosen?"""
        return not (self.cleaned_data.get("a") or self.cleaned_data.get("b"))

    def _values(self) -> Iterator[tuple[str, str]]:
        """A pair without its other half says nothing: the option has no name of its own there."""
        option = forms.CharField(max_length=LONGEST_OPTION, required=False, strip=False)
        number = 0
        while (name := self.add_prefix(f"values-{number}-a")) in self.data:
            theirs = self.data.get(self.add_prefix(f"values-{number}-b"), "")
            number += 1
            try:
                mine, theirs = option.clean(self.data[name]), option.clean(theirs)
            except forms.ValidationError as error:
                self.add_error(None, error)
            else:
                if mine and theirs:
                    yield mine, theirs


def prefix_of(number: int | str) -> str:
    return f"line-{number}"


def number_of(prefix: str) -> int:
    return int(prefix.rpartition("-")[2])


def posted_lines(data: Mapping[str, str]) -> list[LineForm]:
    """In the order of their numbers."""
    numbers = sorted(_numbers(data))
    return [LineForm(data, prefix=prefix_of(number)) for number in numbers]


def _numbers(names: Iterable[str]) -> set[int]:
    return {int(found[1]) for name in names if (found := _NUMBERED.fullmatch(name))}
