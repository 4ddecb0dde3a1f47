"""What ``desk`` measures, inside its processes: rows as after years, and how long pages take."""

from __future__ import annotations

import json
import resource
import sys
import time
from statistics import median
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment
from django.urls import reverse

from connections.models import Connection
from sync.desk.long_lists import MOST
from sync.models import Step
from tests.sync.desk.grown import Size, grow
from tests.sync.desk.grown_pages import pages

Figures = dict[str, Any]


def main() -> None:
    """``fill CONNECTIONS RECORDS STEPS`` or ``measure REPEAT``, which prints figures as JSON."""
    verb, *given = sys.argv[1:]
    if verb == "fill":
        connections, records, steps = map(int, given)
        fill(Size(connections, records, steps, runs=steps // 50))
    else:
        sys.stdout.write(json.dumps(measured(int(given[0]))))


def fill(size: Size) -> None:
    with transaction.atomic():
        grow(size)
        User.objects.create_superuser("boss")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # as its autovacuum does by and by


def measured(repeat: int) -> Figures:
    setup_test_environment()
    desk = Client()
    desk.force_login(User.objects.get(username="boss"))
    last = min(MOST, Step.objects.filter(logged=True).count()) // 50
    found = {name: _page(desk, address, repeat) for name, address in pages(deep=last).items()}
    return {"pages": found, "export": _export(desk)}


def _page(desk: Client, address: str, repeat: int) -> Figures:
    with CaptureQueriesContext(connection) as queries:
        assert desk.get(address).status_code == 200, address
        number = len(queries)
    taken = [_taken(desk, address) for _ in range(repeat)]
    cpu, wall = (median(times) for times in zip(*taken, strict=True))
    return {"cpu": cpu, "wall": wall, "queries": number}


def _taken(desk: Client, address: str) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    desk.get(address)
    return time.process_time() - cpu, time.perf_counter() - wall


def _export(desk: Client) -> Figures:
    largest = Connection.objects.order_by("pk")[0]
    address = f"{reverse('admin:sync_step_export')}?connection__id__exact={largest.pk}"
    before, cpu = _memory(), time.process_time()
    answer: Any = desk.post(address)
    rows = sum(1 for _ in answer.streaming_content) - 1
    return {"rows": rows, "cpu": time.process_time() - cpu, "memory": _memory() - before}


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
