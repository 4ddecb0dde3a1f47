"""The brakes of a connection as fields of a form: when a run stops before writing, and asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from rules.setup import Brakes
from sync.desk.numbers import in_one

MOST = "most"
#: Limits that are a number and a share, with what they limit.
PAIRS = {
    "marks": "Marking more than",
    "overwrites": "Clearing or overwriting values of at least",
    "changes": "Creating or changing at least",
}
FIELDS = (MOST, *(f"{name}_{part}" for name in PAIRS for part in ("least", "percent")))


def fields() -> dict[str, forms.Field]:
    """By their names, ``FIELDS``."""
    found: dict[str, forms.Field] = {MOST: _count("Creating or changing more than")}
    found[MOST].help_text = f"Contacts, whatever the share. Usual: {Brakes().most}."
    for name in PAIRS:
        found[f"{name}_least"] = _count("contacts and more than")
        found[f"{name}_percent"] = forms.FloatField(
            label="% of the pairs",
            min_value=0,
            max_value=100,
            error_messages=in_one("Give a percentage from 0 to 100."),
        )
    return found


def usual(name: str) -> str:
    """What a limit of ``PAIRS`` is where nobody has said otherwise."""
    least, share = getattr(Brakes(), name)
    return f"Usual: {least} contacts and {share * 100:g} %."


def in_words(name: str, limit: Any) -> str:
    """``limit``: as JSON has it."""
    if name == MOST:
        return f"creating or changing more than {limit} contacts"
    least, share = limit
    what = f"{PAIRS[name][0].lower()}{PAIRS[name][1:]}"
    return f"{what} {least} contacts and more than {_percent(share)} % of the pairs"


def initial(brakes: Mapping[str, Any]) -> dict[str, Any]:
    """``brakes``: all of them, as JSON has them."""
    found = {MOST: brakes[MOST]}
    for name in PAIRS:
        least, share = brakes[name]
        found |= {f"{name}_least": least, f"{name}_percent": _percent(share)}
    return found


def entered(data: Mapping[str, Any]) -> dict[str, Any]:
    """The brakes as JSON has them. ``data``: what the fields were cleaned to."""
    pairs = {name: [data[f"{name}_least"], _share(data[f"{name}_percent"])] for name in PAIRS}
    return {**pairs, MOST: data[MOST]}


def _percent(share: float) -> str:
    return f"{share * 100:.6g}"


def _share(percent: float) -> float:
    return round(percent / 100, 6)


def _count(label: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=999_999,
        error_messages=in_one("Give a number from 0 to 999999."),
    )
