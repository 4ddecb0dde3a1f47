"""What apps post makes readings come sooner, and never more often than the pause allows."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.urls import reverse

from config.reports import without_secrets
from connections.models import Connection, Hook, HookPost
from connections.vault import seal
from connectors.mailchimp.connector import Mailchimp
from connectors.mailchimp.hooks import is_signed
from connectors.sandbox.mailchimp.hooks import signature
from sync.desk.hooked import MOST, hooked
from sync.models import Planned, Run
from sync.run import perform
from sync.watch import hooks
from sync.watch.due import due_at, queue_due
from sync.watch.retention import forget
from tests.sync.conftest import Pair, person
from tests.sync.watch.every_table import places_of

SECRET = "what-only-the-app-knows"
POST = b"type=profile&fired_at=2026-11-23+09%3A00%3A00&data%5Bemail%5D=zebulon%40example.org"


@pytest.fixture
def hook(pair: Pair) -> Hook:
    """Of the first app of the pair, which has run once."""
    assert pair.sync().state == "done"
    return Hook.objects.create(
        container=pair.connection.a,
        digest=hashlib.sha256(SECRET.encode()).hexdigest(),
        home="https://accord.example.org/hooks/",
        on=True,
    )


@pytest.fixture(autouse=True)
def same_clock(monkeypatch: pytest.MonkeyPatch, clock: Any) -> None:
    monkeypatch.setattr("sync.desk.hooked.timezone.now", clock)


def address(secret: str = SECRET) -> str:
    return reverse("hooked", args=[secret])


def post(body: bytes = POST, secret: str = SECRET, **headers: str) -> Any:
    return Client(headers=headers).post(
        address(secret), body, content_type="application/x-www-form-urlencoded"
    )


def told(pair: Pair) -> Any:
    return Planned.objects.get(connection=pair.connection).told_at


def test_a_post_makes_the_connection_due_and_its_run_takes_note(pair: Pair, hook: Hook) -> None:
    assert queue_due(pair.clock()) == []
    answer = post()
    assert (answer.status_code, answer.content) == (200, b"Noted.")
    assert told(pair) == pair.clock()
    pair.clock.sleep(31)
    [run] = queue_due(pair.clock())
    perform(run.pk, host=pair.host)
    assert told(pair) is None
    assert queue_due(pair.clock()) == []


def test_what_comes_while_a_run_reads_is_for_the_next(pair: Pair, hook: Hook) -> None:
    pair.a.add(person("Ann", "ann@example.org"))
    pair.a.interrupt = lambda moment, call: post(f"type={moment}{call}".encode()) and None
    post()
    pair.sync()
    assert told(pair) is not None


def test_without_posts_everything_is_read_at_the_interval(pair: Pair, hook: Hook) -> None:
    pair.a.add(person("Ann", "ann@example.org"))
    pair.clock.sleep(5.6 * 60)
    [run] = queue_due(pair.clock())
    perform(run.pk, host=pair.host)
    assert pair.shown("b") == ["Ann"]


def test_the_app_asks_whether_somebody_is_there(hook: Hook) -> None:
    assert Client().get(address()).status_code == 200
    assert Client().head(address()).status_code == 200


@pytest.mark.parametrize("secret", ["wrong", SECRET.upper(), SECRET[:-1], f"{SECRET}x", "ü", "%00"])
def test_whoever_knows_no_secret_finds_nothing(pair: Pair, hook: Hook, secret: str) -> None:
    assert post(secret=secret).status_code == 404
    assert Client().get(address(secret)).status_code == 404
    assert told(pair) is None


def test_what_is_posted_is_short(pair: Pair, hook: Hook) -> None:
    assert post(b"x" * (MOST + 1)).status_code == 413
    assert told(pair) is None
    assert post(b"x" * MOST).status_code == 200


def test_other_methods_are_refused(hook: Hook) -> None:
    assert Client().put(address()).status_code == 405
    assert Client().delete(address()).status_code == 405


def test_a_replay_does_nothing(pair: Pair, hook: Hook) -> None:
    post()
    pair.clock.sleep(60)
    pair.sync()
    answer = post()
    assert (answer.status_code, answer.content) == (200, b"Known.")
    assert told(pair) is None
    assert post(POST + b"&more=1").content == b"Noted."
    assert told(pair) is not None


def test_nothing_of_what_is_posted_is_stored_or_logged(
    pair: Pair, hook: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    post()
    Hook.objects.update(sealed=seal({"secret": "of signatures"}))
    assert post(POST + b"1").status_code == 403
    post(secret="wrong")
    assert places_of(["zebulon", SECRET]) == set()
    written = "".join(map(logging.Formatter().format, caplog.records))
    assert "zebulon" not in written
    assert HookPost.objects.count() == 1
    pair.clock.sleep(25 * 3600)
    assert forget(0, pair.host).posts == 1


def test_the_secret_of_an_address_is_in_no_log(
    pair: Pair, hook: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    assert without_secrets(f"POST {address()} HTTP/1.1") == "POST /hooks/…/ HTTP/1.1"
    assert post(b"x" * (MOST + 1)).status_code == 413
    [refused] = [record for record in caplog.records if record.name == "django.request"]
    assert refused.getMessage() == "Request Entity Too Large: /hooks/…/"


def test_a_signature_is_asked_for_where_the_app_signs(
    pair: Pair, hook: Hook, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """Signed for another body, by somebody else, too long ago, or not at all."""
    monkeypatch.setattr("connectors.memory.connector.Memory.has_signed", Mailchimp.has_signed)
    Hook.objects.update(sealed=seal({"secret": "of signatures"}))
    now = pair.clock()
    for body, secret, at in (
        (b"other", "of signatures", now),
        (POST, "of others", now),
        (POST, "of signatures", now - timedelta(minutes=6)),
        (POST, "of signatures", now + timedelta(minutes=6)),
    ):
        signed = signature(secret, body, at)
        assert post(**{"X-Mailchimp-Signature": signed}).status_code == 403
    for odd in ("", "t=1", "t=,v1=", f"t={'9' * 40},v1={'0' * 64}", "t=١,v1=" + "0" * 64):
        assert not is_signed("of signatures", {"x-mailchimp-signature": odd}, POST, now)
    assert post().status_code == 403
    assert told(pair) is None
    signed = signature("of signatures", POST, now)
    assert post(**{"X-Mailchimp-Signature": signed}).status_code == 200
    assert told(pair) is not None
    settings.CREDENTIALS_KEYS = [*settings.CREDENTIALS_KEYS][:0]
    assert post(POST + b"2").status_code == 503


def test_who_fails_or_is_paused_is_not_tried_more_often(pair: Pair, hook: Hook) -> None:
    Run.objects.create(connection=pair.connection, state=Run.State.FAILED, finished_at=pair.clock())
    before = due_at(pair.connection)
    post()
    assert due_at(pair.connection) == before
    Planned.objects.update(told_at=None)
    Connection.objects.update(state="paused")
    post(POST + b"2")
    assert told(pair) is None


@pytest.mark.sqlite_only
def test_a_flood_makes_no_more_readings_than_the_pause_allows_and_loses_nothing(
    pair: Pair, hook: Hook, settings: Any, seconds: int = 8
) -> None:
    """Fifty posts a second, and a change with each second of them. The long one:
    ``python -m tests.benchmarks.webhooks``."""
    settings.WEBHOOK_PAUSE = 4
    Connection.objects.update(interval=60)
    runs = 0
    for second in range(seconds):
        pair.a.add(person(f"P{second}", f"p{second}@example.org"))
        for number in range(50):
            body = f"type=profile&n={second}.{number}"
            asked = RequestFactory().post(address(), body, content_type="text/plain")
            assert hooked(asked, SECRET).status_code == 200
        pair.clock.sleep(1)
        for run in queue_due(pair.clock()):
            runs += 1
            assert perform(run.pk, host=pair.host).state == "done"
    assert runs <= seconds // 4 + 1
    pair.clock.sleep(5)
    for run in queue_due(pair.clock()):
        perform(run.pk, host=pair.host)
    assert len(pair.shown("b")) == seconds
    assert queue_due(pair.clock() + timedelta(minutes=10)) == []


def test_without_a_public_url_nothing_is_registered(
    pair: Pair, hook: Hook, capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    settings.PUBLIC_URL = ""
    assert hooks.home() == ""
    call_command("webhooks")
    assert "PUBLIC_URL is not set" in capsys.readouterr().out
    assert not Hook.objects.exists()
