"""Error pages and request lines without secrets, the pages of DEBUG too: a first look uses real
passwords."""

from __future__ import annotations

import logging
import re
from collections.abc import ItemsView
from types import FrameType
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

#: Codes of apps and of sign-in travel in queries; allauth's key for a new password, and what only
#: an app that posts to us knows, in a path.
_QUERY = re.compile(r"\?.*?(?= HTTP/\d|$)", re.DOTALL)
_KEY = re.compile(r"(?:(?<=/password/reset/key/)|(?<=/hooks/))[^/\s]+")


def without_secrets(line: str) -> str:
    """A URL, or a request line, as it may be shown and logged."""
    return _KEY.sub("…", _QUERY.sub("?…", line))


class NoSecrets(SafeExceptionReporterFilter):
    """Hides settings, form fields and headers by their name, and what variables held: a body, an
    answer or a line of a file holds secrets under any name."""

    hidden_settings = re.compile(
        SafeExceptionReporterFilter.hidden_settings.pattern
        + "|CREDENTIAL|SESSION|LOGIN|SEALED|ENVIRON|DATABASE_URL|EMAIL_URL|REDIS|LOCATION|COOKIE"
        + "|DSN|QUERY_STRING|^CODE$",
        re.IGNORECASE,
    )

    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def get_safe_request_meta(self, request: HttpRequest) -> dict[str, Any]:
        """Without the environment, which runserver mixes in: a secret may have any name there."""
        shown: dict[str, Any] = super().get_safe_request_meta(request)
        return {
            name: without_secrets(value) if isinstance(value, str) else value
            for name, value in shown.items()
            if name not in settings.SECRETS_IN_ENVIRONMENT
        }

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        posted = {} if request is None else request.POST
        return {name: self.cleanse_setting(name, value) for name, value in posted.items()}

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: FrameType
    ) -> ItemsView[str, Any]:
        return {name: _kind(value) for name, value in tb_frame.f_locals.items()}.items()


class Report(ExceptionReporter):
    """Of the address it tells the path, and which parameters there were."""

    def get_traceback_data(self) -> dict[str, Any]:
        data: dict[str, Any] = super().get_traceback_data()
        if self.request is not None:
            hidden = self.filter.cleansed_substitute
            data["request_GET_items"] = [(name, hidden) for name in self.request.GET]
            data["request_insecure_uri"] = without_secrets(data["request_insecure_uri"])
        return data


class WithoutSecrets(logging.Filter):
    """For loggers of request lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                without_secrets(part) if isinstance(part, str) else part for part in record.args
            )
        return True


def _kind(value: object) -> object:
    """Numbers tell much about a fault and no secret; of all else the type has to do."""
    return value if value is None or isinstance(value, bool | int | float) else type(value)
