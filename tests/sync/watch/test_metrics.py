"""The numbers for Prometheus, read as it reads them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django_q.tasks import async_task
from prometheus_client.parser import text_string_to_metric_families

from connections.models import Account
from connectors.connector import Connector, World
from connectors.errors import Refused, SignInAgain
from connectors.memory.connector import Memory
from sync.models import Run
from sync.queue import ask_for_run
from sync.run import perform
from sync.tasks import beat
from tests.sync.conftest import Pair, connect, person

TOKEN = "let me count the ways"


@pytest.fixture(autouse=True)
def token(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


def ask(authorization: str) -> Any:
    return Client().get("/metrics", headers={"Authorization": authorization})


def scraped() -> Mapping[tuple[str, ...], float]:
    """By name and values of labels, in the order of their names."""
    answer = ask(f"Bearer {TOKEN}")
    assert answer.status_code == 200
    return {
        (sample.name.removeprefix("accord_"), *(sample.labels[x] for x in sorted(sample.labels))): (
            sample.value
        )
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer let me", TOKEN, f"Basic {TOKEN}"])
def test_who_has_not_the_token_is_told_nothing(db: None, given: str) -> None:
    answer = ask(given)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert b"accord_" not in answer.content


def test_without_a_token_there_is_no_such_page(db: None, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert ask("Bearer ").status_code == 404


def test_what_runs_did_is_added_up_and_stays_when_they_are_dropped(pair: Pair) -> None:
    pair.a.add(person("Ann", "ann@x.org"))
    pair.sync(kind=Run.Kind.PREVIEW)
    pair.sync(kind=Run.Kind.PREVIEW)  # the first of them is dropped
    pair.sync()
    Run.objects.update(finished_at=timezone.now())
    pair.a.add(person("Ben", "ben@x.org"))
    pair.sync()
    Run.objects.all().delete()
    told = scraped()
    assert told["runs_total", "pair", "preview", "done"] == 2
    assert told["runs_total", "pair", "sync", "done"] == 2
    assert told["run_seconds_count", "pair", "sync"] == 2
    assert told["run_seconds_sum", "pair", "sync"] > 0
    assert told["contacts_changed_total", "memory", "created", "pair"] == 2


def test_a_run_that_finds_another_under_way_is_counted(pair: Pair) -> None:
    Run.objects.create(
        connection=pair.connection, state="running", owner="elsewhere/1", alive_at=pair.clock.now
    )
    pair.clock.now -= timedelta(seconds=60)
    assert pair.sync().state == "busy"
    told = scraped()
    assert told["runs_total", "pair", "sync", "busy"] == 1
    assert told["runs_running",] == 1


class Answering(Memory):
    """As if it had been asked over HTTP."""

    def changes(self, *arguments: Any) -> Any:
        for status in (503, 0, 200) if self._name == "one" else (200, 200):
            self._world.answered(status)
        return super().changes(*arguments)


def test_requests_are_counted_by_app_and_status(pair: Pair) -> None:
    def opened(account: Any, in_world: World) -> Connector:
        return Answering({"name": account.name}, in_world)

    for _ in range(2):
        perform(ask_for_run(pair.connection).pk, host=pair.host, open_account=opened)
    answers = {key[1:]: n for key, n in scraped().items() if key[0] == "requests_total"}
    assert answers == {
        ("memory", "pair", "0"): 2,
        ("memory", "pair", "200"): 6,
        ("memory", "pair", "503"): 2,
    }


def test_contacts_that_fail_are_counted_by_cause_and_none_is_named(pair: Pair) -> None:
    pair.b.errors = {name: Refused("zebulon@x.org is not welcome.") for name in ("Eve", "Zebulon")}
    pair.a.add(person("Eve", "eve@x.org"))
    pair.a.add(person("Zebulon", "zebulon@x.org"))
    pair.sync()
    assert scraped()["contacts_failed", "refused", "pair"] == 2
    assert b"zebulon" not in ask(f"Bearer {TOKEN}").content.lower()


def test_accounts_tell_their_age_and_whether_they_can_be_used(pair: Pair) -> None:
    now = timezone.now()
    Account.objects.filter(name="one").update(
        authorised_at=now - timedelta(days=3), ends_at=now + timedelta(hours=1)
    )
    pair.b.errors["Eve"] = SignInAgain("Who are you?")
    pair.a.add(person("Eve", "eve@x.org"))
    pair.sync()
    told = scraped()
    day = timedelta(days=1).total_seconds()
    assert told["account_authorised_seconds", "one", "memory"] == pytest.approx(3 * day, abs=60)
    assert told["account_ends_seconds", "one", "memory"] == pytest.approx(3600, abs=60)
    assert ("account_authorised_seconds", "two", "memory") not in told
    assert told["account_needs_attention", "one", "memory"] == 0
    assert told["account_needs_attention", "two", "memory"] == 1
    assert told["runs_total", "pair", "sync", "refused"] == 1


def test_what_waits_and_who_works(pair: Pair) -> None:
    connect("other", "one", "three")
    for place in range(2):
        Run.objects.create(connection=pair.connection, kind=Run.Kind.PREVIEW)
        async_task("sync.tasks.beat", task_name=f"{place}")
    beat()
    pair.sync()
    Run.objects.filter(finished_at__isnull=False).update(
        finished_at=timezone.now() - timedelta(hours=1)
    )
    told = scraped()
    assert told["runs_queued",] == told["queue_tasks",] == 2
    assert told["connections", "active"] == 2
    assert 50 * 60 < told["due_lag_seconds",] < 60 * 60
    assert told["worker_heard_seconds",] < 60
    assert told["connection_needs_attention", "other"] == 0
