from __future__ import annotations

import sys
from secrets import token_hex
from typing import Any

import pytest
from django.test import RequestFactory
from django.views.debug import ExceptionReporter, get_exception_reporter_filter

from connections.vault import seal

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
