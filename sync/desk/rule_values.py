"""How the value of a condition or of an action is asked for: in a line, in several, by choosing or
by ticking; and how what is there already is shown in it, so that nothing of it is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from hashlib import blake2b

from connectors.connector import Catalogue
from connectors.fields import Field, FieldType, fold
from rules.words import Form, Takes

#: With more than so many, a value is typed, and found in a list that the page has once.
MOST = 60
GONE = "no longer in the app"
UNKNOWN = "not in the app"

#: One text, or several.
Given = str | tuple[str, ...]
#: A value, and what it is called.
Option = tuple[str, str]

_ANY_YEAR = "Such as 2026-11-23; --11-23 is that day of any year."
_MOMENT = "Such as 2026-11-23T16:13:00+00:00."
_LINES = "One a line: any of them will do."
_TRUTHS = {"true": "Yes", "false": "No"}


class Shape(StrEnum):
    """Of the control. ``LONG`` is a text of several lines, ``SEVERAL`` several texts."""

    NONE = "none"
    TEXT = "text"
    LONG = "long"
    NUMBER = "number"
    DATE = "date"
    ONE = "one"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class Asked:
    """``options``: to choose from; ``listed``: by what the list of values is known that a text is
    found in, "" where there is none (``known_values``)."""

    shape: Shape
    options: tuple[Option, ...] = ()
    listed: str = ""
    hint: str = ""


def asked_for(form: Form, key: str, field: Field | None, *, any_year: bool = False) -> Asked:
    """``key``: of the list of values; ``any_year``: may a day go without its year?"""
    if form.takes == Takes.NONE:
        return Asked(Shape.NONE)
    labels = _TRUTHS if field and field.type == FieldType.BOOLEAN else {}
    options = tuple((option, labels.get(option, option)) for option in form.options)
    if form.takes == Takes.LIST:
        is_short = form.closed and len(options) <= MOST
        return Asked(Shape.SEVERAL, options) if is_short else Asked(Shape.SEVERAL, hint=_LINES)
    if form.closed and len(options) <= MOST:
        return Asked(Shape.ONE, options)
    if options:
        return Asked(Shape.TEXT, listed=key)
    if form.takes == Takes.DATE:
        return Asked(Shape.TEXT, hint=_ANY_YEAR) if any_year else Asked(Shape.DATE)
    if form.takes == Takes.NUMBER:
        return Asked(Shape.NUMBER)
    return Asked(Shape.TEXT, hint=_MOMENT if field and field.type == FieldType.DATETIME else "")


@dataclass(frozen=True, slots=True)
class Tick:
    value: str
    label: str
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class Control:
    """What is shown. ``text``: of one value, or of several a line each; ``has_lines``: are there
    lines beside the ``ticks``; ``list_id``: of the list that a text is found in."""

    shape: Shape
    text: str = ""
    options: tuple[Option, ...] = ()
    ticks: tuple[Tick, ...] = ()
    has_lines: bool = False
    listed: str = ""
    list_id: str = ""
    hint: str = ""

    @property
    def has_entry(self) -> bool:
        """Is there more than ticks?"""
        return self.shape != Shape.SEVERAL or self.has_lines


def control_for(asked: Asked, given: Given, part: str, *, is_stored: bool) -> Control:
    """``part``: "if" or "then"; ``is_stored``: the value is stored like that."""
    mark = GONE if is_stored else UNKNOWN
    if asked.shape == Shape.SEVERAL or (not isinstance(given, str) and len(given) > 1):
        return _of_several(asked, (given,) if isinstance(given, str) else given, mark)
    text = given if isinstance(given, str) else next(iter(given), "")
    if asked.shape == Shape.ONE:
        return _of_one(asked, text, mark)
    shape = asked.shape
    if "\n" in text:
        shape = Shape.LONG
    elif shape == Shape.DATE and text and not _is_day(text):
        shape = Shape.TEXT
    list_id = id_of_list(part, asked.listed) if asked.listed else ""
    return Control(shape, text, listed=asked.listed, list_id=list_id, hint=asked.hint)


def _of_one(asked: Asked, text: str, mark: str) -> Control:
    named = {fold(option): option for option, _ in asked.options}
    options = (("", "Choose …"), *asked.options)
    if not text or fold(text) in named:
        return Control(Shape.ONE, named.get(fold(text), ""), options, hint=asked.hint)
    return Control(Shape.ONE, text, (*options, (text, f"{text} ({mark})")), hint=asked.hint)


def _of_several(asked: Asked, given: tuple[str, ...], mark: str) -> Control:
    texts = [text for text in given if text]
    if asked.options:
        ticks = tuple(_ticks(asked, texts, mark))
        return Control(Shape.SEVERAL, ticks=ticks, hint=asked.hint)
    if any("\n" in text for text in texts):  # no line can hold it, so all keep their ticks
        ticks = tuple(Tick(text, text, True) for text in texts)
        return Control(Shape.SEVERAL, ticks=ticks, has_lines=True, hint=asked.hint)
    return Control(Shape.SEVERAL, "\n".join(texts), has_lines=True, hint=asked.hint)


def _ticks(asked: Asked, texts: list[str], mark: str) -> Iterator[Tick]:
    left = {fold(text): text for text in texts}
    for option, label in asked.options:
        yield Tick(option, label, left.pop(fold(option), None) is not None)
    for text in left.values():
        yield Tick(text, f"{text} ({mark})", True)


def fitting(asked: Asked, given: Given) -> Given:
    """What was entered as this control takes it: it may have been entered into another."""
    if asked.shape == Shape.NONE:
        return ""
    if asked.shape == Shape.SEVERAL:
        return tuple(filter(None, (given,))) if isinstance(given, str) else given
    if isinstance(given, str) or len(given) > 1:
        return given
    return next(iter(given), "")


def with_lines(asked: Asked, field: Field | None) -> Asked:
    """The same where a text of several lines is welcome."""
    is_long = field is not None and field.type == FieldType.LONG_TEXT
    return replace(asked, shape=Shape.LONG) if is_long and asked.shape == Shape.TEXT else asked


# --- lists of values ---


def id_of_list(part: str, key: str) -> str:
    return f"values-{part}-{blake2b(key.encode(), digest_size=6).hexdigest()}"


def known_values(catalogue: Catalogue, key: str) -> tuple[str, ...]:
    """``key``: a kind of segment, *status*, or ``field:`` and the name of a choice."""
    name = key.removeprefix("field:")
    if name != key:
        field = catalogue.field(name)
        return field.options if field else ()
    return catalogue.statuses if key == "status" else catalogue.segments.get(key, ())


def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False
