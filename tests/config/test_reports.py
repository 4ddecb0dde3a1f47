from __future__ import annotations

import logging
import subprocess
import sys
import time
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
import requests
from django.conf import settings as product
from django.test import RequestFactory
from django.views.debug import (
    ExceptionReporter,
    get_exception_reporter_class,
    get_exception_reporter_filter,
)

from config.reports import without_secrets
from connections.vault import seal
from tests.ports import free_port

# Made, not written: the page shows the lines of the source.
SECRET = token_hex(16)


def open_account(credentials: dict[str, str]) -> None:
    sealed, url = seal(credentials), credentials["url"]
    raise RuntimeError(f"{url} makes no sense ({len(sealed)})")


def report(request: Any) -> str:
    try:
        open_account({"url": "https://example.org", "password": SECRET})
    except RuntimeError:
        return str(ExceptionReporter(request, *sys.exc_info()).get_traceback_html())
    raise AssertionError


@pytest.mark.parametrize("debug", [True, False])
def test_an_error_page_shows_no_secret(settings: Any, debug: bool) -> None:
    settings.DEBUG = debug
    settings.Q_CLUSTER = {"redis": f"redis://:{SECRET}@host/1"}
    settings.CREDENTIALS_KEYS = [*settings.CREDENTIALS_KEYS]
    request = RequestFactory().post(
        "/",
        {"password": SECRET, "name": "home"},
        HTTP_COOKIE=f"sessionid={SECRET}",
        CRM_TOKEN=SECRET,
    )
    page = report(request)
    assert "makes no sense" in page
    assert "&#x27;home&#x27;" in page
    assert SECRET not in page
    assert settings.CREDENTIALS_KEYS[0] not in page


def test_the_environment_is_hidden_among_the_settings() -> None:
    shown = get_exception_reporter_filter(None).get_safe_settings()
    assert shown["SECRETS_IN_ENVIRONMENT"] == shown["CREDENTIALS_KEYS"] == "*" * 20


def test_what_variables_held_is_not_shown_whatever_they_are_called() -> None:
    def broken(body: bytes, answers: list[object], number: int) -> None:
        raise RuntimeError("It broke.")

    request = RequestFactory().get("/")
    try:
        broken(SECRET.encode(), [{"said": SECRET}, request], 4711)
    except RuntimeError:
        reporter = ExceptionReporter(request, *sys.exc_info())
    for page in (reporter.get_traceback_html(), reporter.get_traceback_text()):
        assert "broken" in page and SECRET not in page
    assert "bytes" in reporter.get_traceback_html() and "4711" in reporter.get_traceback_html()


def test_an_address_is_shown_without_what_it_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """runserver puts the environment among the headers, where a secret may have any name."""
    monkeypatch.setitem(product.SECRETS_IN_ENVIRONMENT, "CRM", SECRET)
    query = f"code={SECRET}&state=x"
    headers = {"RAW_URI": f"/back/?{query}", "CRM": SECRET, "SERVER_SOFTWARE": "WSGI of tests"}
    request = RequestFactory().get(f"/back/?{query}", headers={"Referer": f"/x?{query}"}, **headers)
    try:
        raise RuntimeError("It broke.")
    except RuntimeError:
        reporter = get_exception_reporter_class(request)(request, *sys.exc_info())
    for page in (reporter.get_traceback_html(), reporter.get_traceback_text()):
        assert "/back/" in page and "WSGI of tests" in page and SECRET not in page
        assert "code" in page, "the names of what was asked"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("GET /back/?code=4%2F0x&state=y HTTP/1.1", "GET /back/?… HTTP/1.1"),
        ("GET /back/?code=4 0x?y HTTP/1.1", "GET /back/?… HTTP/1.1"),
        ("Bad request syntax ('GET /back/?code=4 0x')", "Bad request syntax ('GET /back/?…"),
        ("https://a.example/back/?code=4\nx", "https://a.example/back/?…"),
        (
            "GET /accounts/password/reset/key/1-d9f-0ab/ HTTP/1.1",
            "GET /accounts/password/reset/key/…/ HTTP/1.1",
        ),
        ("GET /admin/ HTTP/1.1", "GET /admin/ HTTP/1.1"),
    ],
)
def test_of_a_request_line_the_path_is_left(line: str, shown: str) -> None:
    assert without_secrets(line) == shown


@pytest.mark.sqlite_only
def test_the_lines_of_runserver_hold_no_code(
    manage_environment: dict[str, str], tmp_path: Path
) -> None:
    port, log = free_port(), tmp_path / "log"
    back = f"http://127.0.0.1:{port}/authorize/google/callback/"
    with log.open("wb") as file:
        server = subprocess.Popen(
            [sys.executable, "manage.py", "runserver", "--noreload", str(port)],
            cwd=product.BASE_DIR,
            env=manage_environment,
            stdout=file,
            stderr=file,
        )
    try:
        _await(f"http://127.0.0.1:{port}/accounts/login/")
        for place in (back, f"{back}no/such/page/"):
            requests.get(place, {"code": SECRET, "state": "x"}, timeout=10, allow_redirects=False)
        requests.post(back, {"code": SECRET}, params={"code": SECRET}, timeout=10)
    finally:
        server.terminate()
        server.wait(30)
    said = log.read_text()
    assert '"GET /authorize/google/callback/?… HTTP/1.1" 302' in said
    assert SECRET not in said


def _await(place: str) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            requests.get(place, timeout=10)
            return
        except requests.ConnectionError:
            assert time.monotonic() < end, "the server did not start in time"
            time.sleep(0.2)


def test_the_lines_of_templates_which_show_whole_pages_stay_unsaid() -> None:
    assert logging.getLogger("django.template").getEffectiveLevel() >= logging.INFO
