"""Date rules (semantics §3): by calendar days of the configured time zone, planned once a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from connectors.fields import Field, FieldType
from sync.explaining.asking import explain
from tests.stories.bench import TAGS, Bench, Quirks, add, person, rule

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

MET = Field("custom:Met", "Met", FieldType.DATE)
SEEN = Field("custom:Seen", "Seen", FieldType.DATETIME)
DATES = Quirks(custom=(MET, SEEN))
ALL = rule("All", "a")


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    """It is 2026-11-23, 09:00 UTC."""
    with Bench(a=DATES, b=TAGS).placed() as placed:
        yield placed


def lately(field: str = "custom:Met", days: str = "3", **options: Any) -> dict[str, Any]:
    condition = {"kind": "field", "field": field, "op": "within days", "value": days}
    return rule("Lately", "a", [condition], [add("Lately")], undo=True, **options)


def test_within_the_last_days_ends_by_itself_without_any_change_in_the_apps(bench: Bench) -> None:
    bench.load(rules=[ALL, lately()])
    bench.a.add(person("Ann", "ann@x.org", custom__Met="2026-11-22"))
    bench.a.add(person("Bob", "bob@x.org"))
    bench.sync()
    seen = []
    for _ in range(4):
        seen.append(bench.segments("b", "Ann"))
        number = bench.a.number
        bench.wait(days=1)
        run = bench.sync()
        assert bench.a.number == number, "nothing changed in the app"
    assert seen == [["Lately"], ["Lately"], ["Lately"], []], "23rd to 25th; gone on the 26th"
    assert bench.writes(run) == 0


def test_and_begins_by_itself(bench: Bench) -> None:
    """A day that is still to come."""
    bench.load(rules=[lately()])
    bench.a.add(person("Ann", "ann@x.org", custom__Met="2026-11-24"))
    bench.sync()
    assert bench.names("b") == []
    bench.wait(days=1)
    bench.sync()
    assert bench.names("b") == ["Ann"]
    assert bench.segments("b", "Ann") == ["Lately"]


def test_a_birthday_without_year_comes_round(bench: Bench) -> None:
    bench.load(rules=[ALL, lately("birthday", "0")])
    bench.a.add(person("Ann", "ann@x.org", birthday="--11-24"))
    bench.sync()
    found = []
    for _ in range(3):
        found.append(bench.segments("b", "Ann"))
        bench.wait(days=1)
        bench.sync()
    assert found == [[], ["Lately"], []]


def test_contacts_under_a_date_rule_are_planned_again_once_a_day(bench: Bench) -> None:
    bench.load(rules=[ALL, lately()])
    bench.a.add(person("Ann", "ann@x.org", custom__Met="2026-11-22"))
    bench.a.add(person("Bob", "bob@x.org"))
    bench.sync()
    midnight = datetime(2026, 11, 24, tzinfo=UTC)
    assert bench.record("Ann").due_at == midnight
    assert bench.record("Bob").due_at is None, "it has no such date"
    planned_at = bench.record("Ann").updated_at
    bench.wait(hours=10)
    bench.sync()
    assert bench.record("Ann").updated_at == planned_at
    bench.wait(hours=5)
    bench.sync()
    assert bench.record("Ann").updated_at == bench.time
    assert bench.record("Ann").due_at == datetime(2026, 11, 25, tzinfo=UTC)


def test_excluded_contacts_are_too(bench: Bench) -> None:
    bench.load(rules=[lately()])
    bench.a.add(person("Ann", "ann@x.org", custom__Met="2027-01-01"))
    bench.sync()
    assert bench.record("Ann").state == "excluded"
    assert bench.record("Ann").due_at == datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(("op", "value"), [("before", "2026-11-24"), ("after", "2026-11-20")])
def test_before_and_after_a_fixed_day_do_not_change_by_the_day(
    bench: Bench, op: str, value: str
) -> None:
    condition = {"kind": "field", "field": "custom:Met", "op": op, "value": value}
    bench.load(rules=[rule("Fixed", "a", [condition])])
    bench.a.add(person("Ann", "ann@x.org", custom__Met="2026-11-22"))
    bench.sync()
    assert bench.names("b") == ["Ann"]
    assert bench.record("Ann").due_at is None


@pytest.mark.parametrize(("zone", "wait", "expected"), [
    ("UTC", 14.5, ["Lately"]),             # 23:32 on the 23rd
    ("UTC", 15.5, []),                     # 00:32 on the 24th
    ("Pacific/Auckland", 1.5, ["Lately"]), # 23:32 there
    ("Pacific/Auckland", 2.5, []),         # 00:32 there, still the 23rd in UTC
    ("America/New_York", 18.5, ["Lately"]),# 22:32 there, the 24th in UTC
    ("America/New_York", 20.5, []),
])  # fmt: skip
def test_dates_go_by_calendar_days_of_the_configured_time_zone(
    bench: Bench, settings: Any, zone: str, wait: float, expected: list[str]
) -> None:
    with timezone.override(ZoneInfo(zone)):
        settings.TIME_ZONE = zone
        today = timezone.localtime(bench.now()).date().isoformat()
        bench.load(rules=[ALL, lately(days="0")])
        bench.a.add(person("Ann", "ann@x.org", custom__Met=today))
        bench.sync()
        assert bench.segments("b", "Ann") == ["Lately"]
        bench.wait(hours=wait)
        bench.sync()
        assert bench.segments("b", "Ann") == expected


def test_a_moment_counts_by_its_day_there(bench: Bench, settings: Any) -> None:
    """2026-11-22T23:30 in UTC is the 23rd in Brussels."""
    with timezone.override(ZoneInfo("Europe/Brussels")):
        settings.TIME_ZONE = "Europe/Brussels"
        bench.load(rules=[ALL, lately("custom:Seen", "0")])
        bench.a.add(person("Ann", "ann@x.org", custom__Seen="2026-11-22T23:30:00+00:00"))
        bench.a.add(person("Bob", "bob@x.org", custom__Seen="2026-11-22T22:30:00+00:00"))
        bench.sync()
        assert bench.segments("b", "Ann") == ["Lately"]
        assert bench.segments("b", "Bob") == []


def test_the_zone_of_somebody_who_looks_changes_nothing(bench: Bench) -> None:
    """On Kiritimati it is the 24th already."""
    bench.load(rules=[ALL, lately(days="0")])
    bench.a.add(person("Ann", "ann@x.org", custom__Met="2026-11-23"))
    bench.sync()
    bench.wait(hours=3)
    with timezone.override(ZoneInfo("Pacific/Kiritimati")):
        assert timezone.localtime(bench.now()).day == 24
        (told,) = explain(bench.connection(), "ann@x.org", bench.now())
        bench.edit("a", "Ann", notes="at home")
        bench.sync()
        assert bench.record("Ann").due_at == datetime(2026, 11, 24, tzinfo=UTC)
    assert [(each.name, each.matches) for each in told.rules] == [("All", True), ("Lately", True)]
    assert bench.segments("b", "Ann") == ["Lately"]
