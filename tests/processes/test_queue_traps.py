"""Traps of django-q2: what its limits do to a task that takes long or fails."""

from __future__ import annotations

import pytest
from django_q.models import Failure, OrmQ, Task
from django_q.tasks import async_task

from connections.models import Connection
from sync.models import Run
from sync.queue import ring
from tests.processes.books import Books
from tests.processes.conftest import Start
from tests.processes.running import SHORT, group_at_work, until

NOBODY = 999_999


@pytest.mark.sqlite_only
def test_neither_a_long_task_nor_one_that_fails_is_done_again_and_again(
    books: Books, start_worker: Start
) -> None:
    """The run takes longer than the queue's timeout, and than its patience, after which the same
    bell is given out a second time; the other task raises an error."""
    halt = books.halt_at_write(21)
    start_worker(DJANGO_SETTINGS_MODULE=SHORT)
    group_at_work()
    async_task("sync.tasks.perform_run", NOBODY, task_name="of nobody")
    halt.reached()
    run = Run.objects.get()
    rung = f"run {run.pk}"
    until(lambda: Task.objects.filter(name=rung, success=True).exists())
    assert Run.objects.get().state == "running"
    until(lambda: Failure.objects.filter(name="of nobody").exists())
    halt.go_on()
    until(lambda: Run.objects.get().state == "done")
    until(lambda: not OrmQ.objects.exists())
    assert Failure.objects.get().attempt_count == 1
    assert [request.method for request in books.a.log].count("REPORT") == 2  # list and bodies, once
    assert books.are_equal()


@pytest.mark.sqlite_only
def test_a_bell_that_nobody_understands_any_more_harms_nothing(
    connection: Connection, start_worker: Start
) -> None:
    """As those that wait when the secret key is changed, and those that ring for what is gone."""
    run = Run.objects.create(connection=connection, kind="preview")
    for _ in range(3):
        ring(run)
    OrmQ.objects.update(payload="of another key")
    start_worker()
    until(lambda: Run.objects.filter(pk=run.pk, state="done").exists())
    until(lambda: not OrmQ.objects.filter(payload="of another key").exists())
