"""Numbers by day: what runs add when they end."""

from __future__ import annotations

import importlib
import io
import json
from contextlib import suppress
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps as installed
from django.core.management import call_command
from django.db import connection as database

from connectors.connector import Connector, World
from connectors.errors import Refused, SignInAgain, TryAgain
from connectors.memory.connector import Memory
from sync.claim import bury_dead
from sync.models import Day, Run, Step
from sync.queue import ask_for_run
from sync.run import perform
from tests.sync.conftest import Pair, PickyApp, connect, person

migration = importlib.import_module("sync.migrations.0007_days_and_progress")

NUMBERS = ("changed", "conflicts", "faults", "broken", "requests_a", "requests_b")


def told(*arguments: str) -> list[dict[str, Any]]:
    """What a command prints as JSON, line by line."""
    out = io.StringIO()
    with suppress(SystemExit):  # some contacts failed, which the lines tell
        call_command(*arguments, "--json", stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def summed(answers: list[dict[str, Any]]) -> dict[str, int]:
    """Of the answers of ``sync``: what the days are to hold of them."""
    done = [answer for answer in answers if answer["kind"] != "preview"]
    return {
        "changed": sum(x[s]["created"] + x[s]["updated"] for x in done for s in "ab"),
        "conflicts": sum(x["conflicts"] for x in done),
        "broken": sum(x["state"] in ("failed", "refused") for x in done),
        **{f"requests_{s}": sum(x[s]["requests"] for x in answers) for s in "ab"},
    }


def stored() -> dict[str, int]:
    (day,) = Day.objects.all()
    return {name: getattr(day, name) for name in NUMBERS}


def test_a_day_holds_what_the_commands_say(pair: Pair) -> None:
    ann = pair.a.add(person("Ann", "ann@x.org", company="Ajax"))
    pair.b.add(person("Ann", "ann@x.org", company="Beta"))
    pair.a.add(person("Bob", "bob@x.org"))
    pair.b.add(person("Cid", "cid@x.org"))
    pair.b.errors["Eve"] = Refused("She is not welcome.")
    pair.a.add(person("Eve", "eve@x.org"))
    answers = told("sync", "pair", "--preview") + told("sync", "pair")
    pair.a.edit(ann, {"company": "Coda"})
    answers += told("sync", "pair")
    failed = [x for x in told("audit", "pair") if x["result"] in ("failed", "refused")]
    assert stored() == {**summed(answers), "faults": len(failed)}
    assert stored()["changed"] == 4
    assert (stored()["conflicts"], stored()["faults"]) == (1, 1)


def test_a_preview_counts_by_its_requests_only(pair: Pair) -> None:
    pair.a.add(person("Ann", "ann@x.org"))
    preview = pair.sync(kind=Run.Kind.PREVIEW)
    assert preview.counts["b"]["created"] == 1
    day = Day.objects.get()
    assert (day.changed, day.requests_a) == (0, preview.counts["a"]["requests"])


def test_a_day_is_one_of_the_configured_zone_whoever_looks(pair: Pair, settings: Any) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    pair.sync()  # at nine in the morning, UTC
    pair.clock.sleep(3 * 3600)
    pair.sync()
    days = Day.objects.order_by("day").values_list("day", flat=True)
    assert list(days) == [date(2026, 11, 23), date(2026, 11, 24)]


def test_each_connection_has_days_of_its_own(pair: Pair, apps: dict[str, PickyApp]) -> None:
    connect("other", "one", "three")
    pair.a.add(person("Ann", "ann@x.org"))
    pair.sync()
    assert list(Day.objects.values_list("connection__name", "changed")) == [("pair", 1)]


def test_runs_that_did_not_get_through_are_broken(pair: Pair) -> None:
    faults = [SignInAgain("The password is wrong."), TryAgain("It sleeps.")]

    def refuse(moment: str, call: str) -> None:
        raise faults.pop()

    pair.sync()
    pair.b.interrupt = refuse
    for _ in range(2):
        pair.sync()
    assert [run.state for run in Run.objects.order_by("pk")] == ["done", "failed", "refused"]
    assert Day.objects.get().broken == 2


def test_what_an_interrupted_run_has_done_counts(pair: Pair) -> None:
    class Killed(BaseException):
        """kill -9 of this process, as far as one process can tell."""

    def kill(moment: str, call: str) -> None:
        if (moment, call) == ("before", "write") and len(pair.b.contacts()) >= 10:
            raise Killed

    for number in range(30):
        pair.a.add(person(f"P{number}", f"p{number}@x.org"))
    pair.b.interrupt = kill
    with pytest.raises(Killed):
        pair.sync()
    done = Step.objects.filter(verb="create", result=Step.Result.DONE).count()
    assert 0 < done < 30
    pair.clock.sleep(600)  # then it is taken for dead
    bury_dead(pair.clock(), pair.host)
    bury_dead(pair.clock(), pair.host)
    run = Run.objects.get()
    assert (run.state, run.counts["b"]["created"]) == (Run.State.FAILED, done)
    day = Day.objects.get()
    assert (day.changed, day.broken, day.requests_b) == (done, 1, 0)


class Slow(Memory):
    """Makes whoever lists its contacts wait."""

    def changes(self, *arguments: Any) -> Any:
        self._world.wait(40, "It is tired.")
        return super().changes(*arguments)


def test_what_an_app_made_us_wait_is_counted_to_its_side(pair: Pair) -> None:
    def opened(account: Any, in_world: World) -> Connector:
        kind = Slow if account.name == "two" else Memory
        return kind({"name": account.name}, in_world)

    for _ in range(2):
        run = ask_for_run(pair.connection)
        perform(run.pk, host=pair.host, open_account=opened)
    day = Day.objects.get()
    assert (day.waited_a, day.waited_b) == (0, 80)


def test_the_migration_counts_the_runs_that_there_are(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migration, "CHUNK", 1)
    pair.a.add(person("Ann", "ann@x.org", company="Ajax"))
    pair.b.add(person("Ann", "ann@x.org", company="Beta"))
    pair.b.errors["Eve"] = Refused("She is not welcome.")
    pair.a.add(person("Eve", "eve@x.org"))
    pair.sync(kind=Run.Kind.PREVIEW)
    pair.sync()
    pair.clock.now += timedelta(days=1)
    pair.sync()
    Run.objects.create(connection=pair.connection)  # one that waits has no end yet
    before = list(Day.objects.order_by("day").values("day", *NUMBERS))
    Day.objects.all().delete()
    migration.fill(installed, SimpleNamespace(connection=database))
    assert list(Day.objects.order_by("day").values("day", *NUMBERS)) == before
    assert len(before) == 2
