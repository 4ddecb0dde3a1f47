"""Errors reported to Sentry, or what speaks its language, where SENTRY_DSN says so: their kind and
place, the run and the connection, and nothing that people typed or apps sent.

An event is made anew of what may go, rather than cleared of what may not: later versions of the
library find more to send.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sentry_sdk
from sentry_sdk.integrations.logging import ignore_logger
from structlog.contextvars import get_contextvars

from config.logs import said_by, without_people

_KEPT = (
    "event_id", "timestamp", "level", "platform", "logger", "release", "environment",
    "server_name", "sdk", "transaction", "transaction_info",
)  # fmt: skip
_OF_FRAMES = (
    "filename", "abs_path", "module", "function", "lineno", "in_app", "pre_context",
    "context_line", "post_context",
)  # fmt: skip


def begin(dsn: str) -> None:
    sentry_sdk.init(
        dsn,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        before_send=_scrubbed,
    )
    # What a task raised is told where it is carried out; here it would be told as a text.
    ignore_logger("django-q")


def _scrubbed(event: Any, hint: Mapping[str, Any]) -> Any:
    kept = {name: event[name] for name in _KEPT if name in event}
    ids = get_contextvars()
    kept["tags"] = {name: ids[name] for name in ("run", "connection") if name in ids}
    if message := event.get("logentry", {}).get("message"):
        kept["logentry"] = {"message": without_people(message)}
    if raised := event.get("exception", {}).get("values"):
        kept["exception"] = {"values": list(_exceptions(raised, hint))}
    return kept


def _exceptions(raised: list[Any], hint: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The last of them is the one that was reported; the others led to it."""
    _, error, _ = hint.get("exc_info") or (None, None, None)
    for place, value in enumerate(raised, 1):
        frames = (value.get("stacktrace") or {}).get("frames", [])
        yield {
            "type": value.get("type"),
            "module": value.get("module"),
            "value": said_by(error) if error and place == len(raised) else "",
            "mechanism": {
                name: value["mechanism"][name]
                for name in ("type", "handled")
                if name in (value.get("mechanism") or {})
            },
            "stacktrace": {
                "frames": [
                    {name: frame[name] for name in _OF_FRAMES if name in frame} for frame in frames
                ]
            },
        }
