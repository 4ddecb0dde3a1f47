"""No page of decisions goes through all contacts or all steps to find those that it shows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from sync.models import Run, Step
from sync.reviewing import KINDS
from tests.query_plans import asked
from tests.stories.bench import Bench
from tests.sync.desk.deciding import address
from tests.sync.desk.test_reviews import conflict, everything

#: Of a few rows PostgreSQL takes one way or another, as its statistics happen to be.
pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench().placed() as placed:
        placed.load(sync_deletions=["b-to-a"])
        yield placed


def test_the_plans_of_the_database(desk: Client, bench: Bench) -> None:
    everything(bench)
    conflict(bench, "Ida")
    step = Step.objects.filter(conflict=True).latest("pk")
    run = step.run
    bench.sync(kind=Run.Kind.PREVIEW, task={"undo": run.pk})
    held = Run.objects.create(
        connection=run.connection,
        state=Run.State.HELD,
        tally={"marks": 1, "gone_b": 1},
        finished_at=bench.now(),
    )
    pages = [
        *(address(bench, "reviews", kind=kind) for kind in KINDS),
        address(bench, "trash"),
        address(bench, "undo", run=run.pk),
        address(bench, "undo", run=run.pk, contact=step.sync_record_id),
        *(reverse("admin:sync_run_change", args=[x.pk]) for x in (run, held)),
        reverse("admin:sync_step_change", args=[step.pk]),
    ]
    scans = {}
    for page in pages:
        with asked() as found:
            assert desk.get(page).status_code == 200
        scans.update({f"{page}: {text}": plan for text, plan in found.scans.items()})
    assert scans == {}
