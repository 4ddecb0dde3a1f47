"""What machines are told of how the installation is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from connections.models import Account
from sync.models import Heartbeat, Run
from sync.tasks import beat
from tests.sync.conftest import Pair

ROOT = Path(__file__).parent.parent.parent.parent
ASK = """
import django, json
django.setup()
from django.test import Client
answers = map(Client().get, ["/healthz", "/readyz"])
print(json.dumps([(answer.status_code, answer.content.decode()) for answer in answers]))
"""


def ready(client: Client, status: int = 200) -> dict[str, Any]:
    answer = client.get("/readyz")
    assert answer.status_code == status, answer.content
    told: dict[str, Any] = answer.json()
    assert told.pop("ready") is (status == 200)
    return told


def wrong(client: Client, status: int = 503) -> dict[str, str]:
    return {name: check["says"] for name, check in ready(client, status).items() if "says" in check}


@pytest.fixture
def well(pair: Pair) -> Pair:
    """A worker was heard, and the connection has just run."""
    beat()
    run = pair.sync()
    Run.objects.filter(pk=run.pk).update(finished_at=timezone.now())
    return pair


def test_all_is_well(well: Pair, client: Client) -> None:
    told = ready(client)
    assert {name: check["ok"] for name, check in told.items()} == dict.fromkeys(
        ("database", "migrations", "worker", "connections", "accounts"), True
    )
    assert told["worker"]["heard_seconds_ago"] < 60
    assert told["migrations"]["missing"] == told["connections"]["oldest_due_seconds"] == 0


def test_a_heartbeat_that_is_old_is_told(well: Pair, client: Client) -> None:
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=4))
    assert wrong(client) == {
        "worker": "No worker was heard for 3 minutes. Start `manage.py worker`."
    }
    assert ready(client, 503)["worker"]["heard_seconds_ago"] >= 240
    beat()
    assert wrong(client, 200) == {}


def test_a_worker_that_was_never_heard_is_told(well: Pair, client: Client) -> None:
    Heartbeat.objects.all().delete()
    assert ready(client, 503)["worker"]["heard_seconds_ago"] is None


def test_a_migration_that_is_missing_is_told(well: Pair, client: Client) -> None:
    MigrationRecorder.Migration.objects.filter(app="sync", name="0001_initial").delete()
    assert list(wrong(client)) == ["migrations"]
    assert ready(client, 503)["migrations"]["missing"] == 1


@pytest.mark.parametrize("state", ["done", "queued"])
def test_a_connection_that_is_due_for_long_is_told(well: Pair, client: Client, state: str) -> None:
    """Whether nobody queued it, or nobody takes it from the queue."""
    long_ago = timezone.now() - timedelta(minutes=50)
    Run.objects.update(finished_at=long_ago)
    if state == "queued":
        Run.objects.create(connection=well.connection)
        Run.objects.filter(state="queued").update(requested_at=long_ago)
    assert list(wrong(client)) == ["connections"]
    assert 40 * 60 < ready(client, 503)["connections"]["oldest_due_seconds"] < 51 * 60


def test_what_is_due_for_a_moment_or_paused_is_well(well: Pair, client: Client) -> None:
    Run.objects.update(finished_at=timezone.now() - timedelta(minutes=10))
    assert 200 < ready(client)["connections"]["oldest_due_seconds"] < 330
    well.connection.state = "paused"
    well.connection.save()
    assert ready(client)["connections"]["oldest_due_seconds"] == 0


def test_a_broken_account_is_told_and_stops_nothing(well: Pair, client: Client) -> None:
    Account.objects.filter(name="one").update(attention="It is refused.")
    Account.objects.filter(name="two").update(ends_at=timezone.now())
    assert ready(client)["accounts"] == {
        "ok": False,
        "says": "An account cannot be used. The desk tells which, and what to do.",
        "broken": 2,
    }


def test_strangers_are_told_no_names(well: Pair, client: Client) -> None:
    Account.objects.update(attention="one is refused by example.org")
    body = client.get("/readyz").content.decode()
    assert not [word for word in ("pair", "two", "example") if word in body]


@pytest.mark.parametrize("url", ["sqlite:///{}/empty.sqlite3", "postgres://nobody@127.0.0.1:1/no"])
def test_without_a_database_or_its_tables(tmp_path: Path, url: str) -> None:
    """The process lives all the same; behind a proxy probes come without encryption."""
    answer = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": url.format(tmp_path),
            "VAR_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PUBLIC_URL": "https://sync.example.org",
            "ALLOWED_HOSTS": "testserver",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    (alive, body), (status, told) = json.loads(answer.stdout)
    assert (alive, body, status) == (200, "ok\n", 503)
    wrong = [
        name for name, check in json.loads(told).items() if name != "ready" and "says" in check
    ]
    assert wrong == ["migrations" if "sqlite" in url else "database"]
    assert "127.0.0.1" not in told
