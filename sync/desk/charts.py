"""Numbers by day, as bars and as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Sum
from django.utils import timezone

from sync.days import day_of
from sync.desk.words import figure
from sync.models import Day

#: So many days are looked back, today included.
DAYS = 30
#: Of a drawing: height, width of a day, and of its bar.
HEIGHT, STEP, WIDE = 60, 10, 8

#: What is drawn: its name, and by the word of the style sheet what its bars are made of.
_DRAWN: Mapping[str, Mapping[str, str]] = {
    "Changes": {"changed": "contacts made or changed"},
    "Conflicts": {"conflicts": "values that gave way"},
    "Failures": {"faults": "contacts failed", "broken": "runs failed"},
    "Requests": {"requests": "requests to apps"},
}
_COLUMNS = [word for parts in _DRAWN.values() for word in parts]


@dataclass(frozen=True, slots=True)
class Bar:
    word: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """One day of a drawing; ``title`` says its numbers."""

    x: int
    title: str
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class Drawing:
    """``label`` is for those who do not see it."""

    label: str
    columns: Sequence[Column]
    width: int = DAYS * STEP
    height: int = HEIGHT
    step: int = STEP
    wide: int = WIDE


@dataclass(frozen=True, slots=True)
class Chart:
    """``parts``: what its bars are made of: the word of the style sheet, the total, and what it
    counts."""

    name: str
    total: str
    today: str
    parts: Sequence[tuple[str, str, str]]
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class Charts:
    """``table``: by day, the latest first, the numbers under ``heads``. ``zone`` is said where
    it is not that of whoever looks."""

    charts: Sequence[Chart]
    first: date
    heads: Sequence[str]
    table: Sequence[tuple[date, Sequence[str]]]
    zone: str


def charts_at(now: datetime) -> Charts | None:
    """None while there is nothing to draw."""
    days = days_until(now)
    if not (numbers := _numbers(days)):
        return None
    zone = settings.TIME_ZONE
    return Charts(
        charts=[_chart(name, parts, numbers) for name, parts in _DRAWN.items()],
        first=days[0],
        heads=["Changes", "Conflicts", "Contacts failed", "Runs failed", "Requests"],
        table=[(day, list(map(figure, numbers[day].values()))) for day in reversed(days)],
        zone="" if zone == timezone.get_current_timezone_name() else zone,
    )


def _numbers(days: Sequence[date]) -> dict[date, dict[str, int]]:
    """By day and word, zeros included; empty where nothing was done at all."""
    sums = {word: Sum(word) for word in _COLUMNS if word != "requests"}
    sums["requests"] = Sum(F("requests_a") + F("requests_b"))
    rows = Day.objects.filter(day__gte=days[0]).values("day").annotate(**sums)
    found: Mapping[date, Mapping[str, Any]] = {row["day"]: row for row in rows}
    if not found:
        return {}
    return {day: {word: found.get(day, {}).get(word, 0) for word in _COLUMNS} for day in days}


def days_until(now: datetime) -> list[date]:
    """Those that are looked at, today the last."""
    today = day_of(now)
    return [today - timedelta(days=back) for back in reversed(range(DAYS))]


def drawn(
    name: str, numbers: Mapping[date, Mapping[str, int]], words: Mapping[str, str]
) -> Drawing:
    """Bars one upon the other, a day beside the other. ``words``: of each part what it counts."""
    sums = {day: sum(parts.values()) for day, parts in numbers.items()}
    most = max(sums.values())
    highest = max(sums, key=lambda day: sums[day])
    label = f"{name}: none."
    if most:
        label = f"{name} by day. Most: {figure(most)} on {_day(highest)}."
    columns = [
        Column(
            x=place * STEP,
            title=f"{_day(day)}: {_told(parts, words)}",
            bars=list(_stacked(parts, most)),
        )
        for place, (day, parts) in enumerate(numbers.items())
    ]
    return Drawing(label, columns)


def _chart(name: str, words: Mapping[str, str], numbers: Mapping[date, Mapping[str, int]]) -> Chart:
    mine = {day: {word: row[word] for word in words} for day, row in numbers.items()}
    totals = {word: sum(row[word] for row in mine.values()) for word in words}
    *_, today = mine.values()
    return Chart(
        name=name,
        total=figure(sum(totals.values())),
        today=figure(sum(today.values())),
        parts=[(word, figure(totals[word]), words[word]) for word in words],
        drawing=drawn(name, mine, words),
    )


def _stacked(parts: Mapping[str, int], most: int) -> Iterable[Bar]:
    top = float(HEIGHT)
    for word, number in parts.items():
        if number:
            height = round(max(1.0, number / most * HEIGHT), 2)
            top -= height
            yield Bar(word, max(0.0, round(top, 2)), height)


def _told(parts: Mapping[str, int], words: Mapping[str, str]) -> str:
    return ", ".join(f"{figure(number)} {words[word]}" for word, number in parts.items())


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"
