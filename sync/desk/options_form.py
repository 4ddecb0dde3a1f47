"""The form of a connection's name, direction and options. What is wrong with them together is
judged by ``rules.editing``; here is only what no other part could have asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from phonenumbers import SUPPORTED_REGIONS
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from connections.models import Connection
from rules.configuration.checks import choosable
from rules.configuration.connections import TEN_YEARS, WEEK
from rules.configuration.wishes import options_of
from rules.editing import Edit, Fault
from rules.marking import SYNC_DELETIONS, SYNC_UNSUBSCRIBES
from rules.rows import catalogues_of
from rules.setup import A_TO_B, B_TO_A, Brakes
from sync.desk import limits
from sync.desk.numbers import in_one, widget_of
from sync.desk.option_words import LABELS, directions, marks_of
from sync.desk.side_signs import names_of

#: Options that are there wherever contacts are kept.
_ALWAYS = (
    "direction",
    "winner",
    "avoid_duplicates",
    "never_blank",
    SYNC_DELETIONS,
    SYNC_UNSUBSCRIBES,
    "region",
    "interval",
    "keep_gone",
)


@dataclass(frozen=True, slots=True)
class Offer:
    """Something to tick or to choose. ``meaning``: in a sentence, or why it is in doubt."""

    value: str
    label: str
    meaning: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Offers:
    """What is there to tick, and ``why`` the rest is not, in sentences."""

    ticks: list[Offer]
    why: list[str]


class OptionsForm(forms.Form):
    """Given a connection, filled with how it is. ``edit``: what was entered, once it is valid."""

    name = forms.CharField(
        max_length=100,
        help_text="How everybody here calls it.",
        error_messages={"required": "Give it a name."},
    )
    direction = forms.ChoiceField(choices=Connection.Direction)
    winner = forms.ChoiceField(label=LABELS["winner"], choices=[("a", "A"), ("b", "B")])
    avoid_duplicates = forms.BooleanField(required=False)
    never_blank = forms.BooleanField(required=False)
    sync_deletions = forms.MultipleChoiceField(required=False)
    sync_unsubscribes = forms.MultipleChoiceField(required=False)
    new_status = forms.ChoiceField(
        label=LABELS["new_status"],
        required=False,
        help_text="The consent that a contact gets which this connection makes. There is no "
        "default: it is for you to say.",
    )
    region = forms.CharField(label=LABELS["region"], required=False, max_length=2, strip=True)
    interval = forms.IntegerField(
        label="Minutes between two runs",
        min_value=1,
        max_value=WEEK,
        help_text=f"From 1 minute to {WEEK} (a week). “Sync now” works at any time.",
        error_messages=in_one(f"Give it from 1 minute to {WEEK} (a week)."),
    )

    keep_gone = forms.IntegerField(
        label="Days to keep unmatched contacts",
        required=False,
        min_value=1,
        max_value=TEN_YEARS,
        help_text="What is known of contacts that never had a counterpart is dropped so long after "
        "they are gone from their app. Empty: as long as the audit log is kept.",
        error_messages=in_one(f"Give it from 1 to {TEN_YEARS} days (ten years)."),
    )

    def __init__(self, data: Any, connection: Connection) -> None:
        self.connection = connection
        self.names, self.catalogues = names_of(connection), catalogues_of(connection)
        self.stored = options_of(connection)
        super().__init__(data, initial=_initial(connection.name, self.stored))
        self._offer_statuses()
        self.fields |= limits.fields()
        for option in (SYNC_DELETIONS, SYNC_UNSUBSCRIBES):
            ticks: Any = self.fields[option]
            ticks.choices = [(tick.value, tick.label) for tick in self._offers(option).ticks]
        self.fields["region"].help_text = _about_regions()
        for name, field in self.fields.items():
            if isinstance(field, forms.IntegerField):  # a number with a fraction is one too
                field.widget = widget_of(field)
            elif name in ("name", "region"):
                field.widget = UnfoldAdminTextInputWidget({"autocomplete": "off"})

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not name.isprintable():
            raise forms.ValidationError("A name is one line without control characters.")
        return name

    def clean_region(self) -> str:
        region = str(self.cleaned_data["region"]).upper()
        if region and region not in SUPPORTED_REGIONS:
            raise forms.ValidationError("This is no country: write its two letters, such as BE.")
        return region

    @property
    def edit(self) -> Edit:
        data = self.cleaned_data
        options = {name: data[name] for name in _ALWAYS}
        options["keep_gone"] = data["keep_gone"] or 0
        for ticked in (SYNC_DELETIONS, SYNC_UNSUBSCRIBES):
            options[ticked] = [each for each in (A_TO_B, B_TO_A) if each in data[ticked]]
        if "new_status" in self.fields:
            options["new_status"] = data["new_status"]
        return Edit(data["name"], {**options, "brakes": limits.entered(data)})

    @property
    def faulty(self) -> list[tuple[str, forms.BoundField]]:
        """The fields with faults, each with its name for people."""
        return [
            ("Brakes" if name in limits.FIELDS else str(self[name].label), self[name])
            for name in self.errors
            if name in self.fields
        ]

    def mark(self, faults: Iterable[Fault]) -> None:
        """Show each where it belongs."""
        for fault in faults:
            word = str(fault.at[0]) if fault.at else ""
            self.add_error(word if word in self.fields else None, fault.text)

    # --- What the page offers ---

    @property
    def directions(self) -> list[Offer]:
        chosen = self["direction"].value()
        return [Offer(*each, each[0] == chosen) for each in directions(self.names)]

    @property
    def winners(self) -> list[Offer]:
        chosen = self["winner"].value()
        return [
            Offer(side, self.names[side], f"Its value is written in {self.names[other]}.",
                  side == chosen)
            for side, other in (("a", "b"), ("b", "a"))
        ]  # fmt: skip

    @property
    def deletions(self) -> Offers:
        return self._offers(SYNC_DELETIONS)

    @property
    def unsubscribes(self) -> Offers:
        return self._offers(SYNC_UNSUBSCRIBES)

    @property
    def limits(self) -> list[tuple[str, forms.BoundField, forms.BoundField, str]]:
        return [
            (words, self[f"{name}_least"], self[f"{name}_percent"], limits.usual(name))
            for name, words in limits.PAIRS.items()
        ]

    @property
    def has_own_limits(self) -> bool:
        return bool(Brakes.from_json(self.stored["brakes"]) != Brakes()) or any(
            name in self.errors for name in limits.FIELDS
        )

    def _offers(self, option: str) -> Offers:
        """What is stored stays to be unticked, even if it is not possible any more."""
        stored, chosen = self.stored[option], self[option].value() or ()
        marks = marks_of(option, self.catalogues, self.names)
        ticks = [
            Offer(
                mark.direction,
                mark.text,
                f"This is not possible any more. {mark.missing}" if mark.missing else "",
                mark.direction in chosen,
            )
            for mark in marks
            if not mark.missing or mark.direction in stored
        ]
        return Offers(ticks, [mark.missing for mark in marks if mark.missing])

    def _offer_statuses(self) -> None:
        statuses = [s for side in "ab" for s in choosable(self.catalogues[side].statuses)]
        if not statuses:
            del self.fields["new_status"]
            return
        labels = dict(Connection.NewStatus.choices)
        offered = [(status, labels[status]) for status in dict.fromkeys(statuses)]
        field: Any = self.fields["new_status"]
        field.widget = UnfoldAdminSelectWidget()
        field.choices = [("", "– choose one –"), *offered]


def _initial(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    chosen = {key: options[key] for key in (*_ALWAYS, "new_status")}
    chosen["keep_gone"] = chosen["keep_gone"] or None
    return {**chosen, **limits.initial(options["brakes"]), "name": name}


def _about_regions() -> str:
    what = "Its two letters, such as BE: of numbers without a country code."
    if settings.DEFAULT_REGION:
        return f"{what} Empty: {settings.DEFAULT_REGION}, as for every connection here."
    return f"{what} Empty: such numbers are compared as they are written."
