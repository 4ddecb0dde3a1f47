"""What a server of errors is told, by a process that has SENTRY_DSN."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.receiver import Receiver

ROOT = Path(__file__).parent.parent.parent
#: In all that is nobody else's affair.
PLANTED = "zebulon"
BREAK = """
import logging, django, sentry_sdk
django.setup()
from config import urls
from django.test import Client
from django.urls import path
from django.db import OperationalError
from structlog.contextvars import bound_contextvars

def broken(request, who):
    password = "zebulon's own"
    raise ValueError(f"{who}: zebulon@example.org")

urls.urlpatterns.insert(0, path("broken/<str:who>/", broken))
client = Client(raise_request_exception=False, headers={"Authorization": "Bearer zebulon"})
client.cookies["sessionid"] = "zebulon"
client.post("/broken/zebulon/?q=zebulon", {"password": "zebulon"})

with bound_contextvars(run=7, connection=3):
    try:
        try:
            {}["zebulon"]
        except KeyError as error:
            raise OperationalError("The disk is full.\\nDETAIL: zebulon") from error
    except OperationalError:
        logging.getLogger("sync.tasks").exception("The run broke, says %s.", "zebulon")
logging.getLogger("elsewhere").error("Mail of zebulon@example.org: no.", extra={"who": "zebulon"})
logging.getLogger("django-q").error("Failed run 7 - zebulon")
sentry_sdk.flush(10)
"""


def process(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, "zebulon"],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **environment},
        capture_output=True,
        text=True,
        check=True,
    )


def test_errors_are_told_by_kind_and_place_and_nobody_is_named() -> None:
    with Receiver() as server:
        process(
            BREAK, SENTRY_DSN=f"http://key@127.0.0.1:{server.port}/1", ALLOWED_HOSTS="testserver"
        )
    bodies = [told.body.decode() for told in server.told]
    events: list[dict[str, Any]] = [json.loads(body.splitlines()[2]) for body in bodies]
    page, run, other = events
    assert not [body for body in bodies if PLANTED in body]
    assert [len(event["exception"]["values"]) for event in (page, run)] == [1, 2]
    assert page["exception"]["values"][0]["stacktrace"]["frames"][-1]["function"] == "broken"
    assert page["transaction"].startswith("/broken/{who}")
    assert [(x["type"], x["value"]) for x in page["exception"]["values"]] == [("ValueError", "")]
    assert run["tags"] == {"run": 7, "connection": 3}
    assert [(x["type"], x["value"]) for x in run["exception"]["values"]] == [
        ("KeyError", ""),
        ("OperationalError", "The disk is full."),
    ]
    assert run["logentry"]["message"] == "The run broke, says %s."
    assert other["logentry"]["message"] == "Mail of …@…: no."
    assert not {"user", "request", "extra", "breadcrumbs"} & {key for x in events for key in x}


def test_without_a_dsn_the_library_is_not_even_there() -> None:
    """The settings of this process have none."""
    assert "sentry_sdk" not in sys.modules


def test_a_dsn_without_the_library_is_told() -> None:
    script = (
        "import sys; sys.modules['sentry_sdk'] = None\n"
        "from django.core.exceptions import ImproperlyConfigured\n"
        "try:\n    import config.settings\nexcept ImproperlyConfigured as error:\n    print(error)"
    )
    said = process(script, SENTRY_DSN="http://key@127.0.0.1:1/1").stdout
    assert "pip install -e '.[sentry]'" in said
