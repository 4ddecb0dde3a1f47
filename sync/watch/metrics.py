"""The numbers that Prometheus collects. All come from the tables, so that they are right whichever
process is asked, and however often processes are started."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count
from django_q.brokers import get_broker
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from connections.accounts import broken
from connections.models import Account, Connection
from sync.models import Run, SyncRecord, Total
from sync.watch.due import lag
from sync.watch.pulse import last_heard


class Numbers(Collector):
    """As of a moment. Accounts and connections are called as staff have named them; of contacts
    only their number is told."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterator[Metric]:
        yield from _totals()
        yield from _work(self._now)
        yield from _connections()
        yield from _accounts(self._now)


def _totals() -> Iterator[Metric]:
    """What only grows."""
    runs = CounterMetricFamily("accord_runs", "Runs ended.", labels=["connection", "kind", "state"])
    seconds = SummaryMetricFamily(
        "accord_run_seconds", "How long runs took.", labels=["connection", "kind"]
    )
    answers = CounterMetricFamily(
        "accord_requests",
        "HTTP requests to apps; status 0: no answer came.",
        labels=["connection", "app", "status"],
    )
    contacts = CounterMetricFamily(
        "accord_contacts_changed",
        "Contacts created, updated or marked.",
        labels=["connection", "app", "change"],
    )
    by_word = {
        Total.What.RUNS.value: runs,
        Total.What.ANSWERS.value: answers,
        Total.What.CONTACTS.value: contacts,
    }
    took: dict[tuple[str, str], float] = {}
    ended: defaultdict[tuple[str, str], float] = defaultdict(float)
    rows = Total.objects.order_by("connection__name", "what", "of", "word")
    for name, what, of, word, number in rows.values_list(
        "connection__name", "what", "of", "word", "number"
    ):
        if what == Total.What.SECONDS:
            took[name, of] = number
            continue
        by_word[what].add_metric([name, of, word], number)
        if what == Total.What.RUNS:
            ended[name, of] += number
    for key, number in took.items():
        seconds.add_metric([*key], count_value=int(ended[key]), sum_value=number)
    yield from (runs, seconds, answers, contacts)


def _work(now: datetime) -> Iterator[Metric]:
    """What waits, and who works."""
    open_ = dict(
        Run.objects.filter(state__in=(Run.State.QUEUED, Run.State.RUNNING))
        .order_by()
        .values_list("state")
        .annotate(Count("pk"))
    )
    yield _gauge("accord_runs_queued", "Runs that wait.", open_.get(Run.State.QUEUED, 0))
    yield _gauge("accord_runs_running", "Runs under way.", open_.get(Run.State.RUNNING, 0))
    yield _gauge("accord_queue_tasks", "Tasks in the workers' queue.", get_broker().queue_size())
    yield _gauge(
        "accord_due_lag_seconds",
        "For how long the connection waits that is due for the longest.",
        lag(now).total_seconds(),
    )
    if beats := last_heard(now):
        age = (now - max(beats.values())).total_seconds()
        yield _gauge("accord_worker_heard_seconds", "Since a worker was heard.", max(0.0, age))


def _connections() -> Iterator[Metric]:
    states = GaugeMetricFamily("accord_connections", "Connections by state.", labels=["state"])
    numbers = dict(Connection.objects.order_by().values_list("state").annotate(Count("pk")))
    for state in Connection.State.values:
        states.add_metric([state], numbers.get(state, 0))
    yield states
    attention = GaugeMetricFamily(
        "accord_connection_needs_attention", "1: a person has to look.", labels=["connection"]
    )
    for name, why in Connection.objects.values_list("name", "attention"):
        attention.add_metric([name], bool(why))
    yield attention
    yield _standing("accord_contacts_failed", "Contacts that fail, by cause.", "failed", ["cause"])
    yield _standing("accord_contacts_to_review", "Contacts left to a person.", "to_review", [])


def _standing(name: str, about: str, state: str, by: list[str]) -> Metric:
    """Contacts that are in a state just now."""
    family = GaugeMetricFamily(name, about, labels=["connection", *by])
    rows = SyncRecord.objects.filter(state=state).order_by()
    for *labels, number in rows.values_list("connection__name", *by).annotate(Count("pk")):
        family.add_metric(labels, number)
    return family


def _accounts(now: datetime) -> Iterator[Metric]:
    labels = ["account", "app"]
    needs = GaugeMetricFamily(
        "accord_account_needs_attention", "1: it cannot be used.", labels=labels
    )
    age = GaugeMetricFamily(
        "accord_account_authorised_seconds", "Since its credentials were given.", labels=labels
    )
    ends = GaugeMetricFamily(
        "accord_account_ends_seconds", "Until the app ends its authorisation.", labels=labels
    )
    unfit = set(Account.objects.filter(broken(now)).values_list("pk", flat=True))
    for row in Account.objects.only("name", "app", "authorised_at", "ends_at"):
        needs.add_metric([row.name, row.app], row.pk in unfit)
        if row.authorised_at:
            age.add_metric([row.name, row.app], (now - row.authorised_at).total_seconds())
        if row.ends_at:
            ends.add_metric([row.name, row.app], (row.ends_at - now).total_seconds())
    yield from (needs, age, ends)


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)
