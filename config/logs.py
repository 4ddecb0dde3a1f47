"""How log lines are written: as JSON or for eyes, with the ids of the run and the connection that
they belong to, and without what people typed or apps sent.

What happened to which contact is in the audit log, for those who may see it. A log goes to more
places and stays for longer than anybody remembers, so it says what broke and where, not for whom.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any

import structlog
from redis import RedisError
from structlog.typing import EventDict, Processor

from connectors.errors import AppError
from sync.database import DATABASE_STOPPED

#: What a line may tell beside its sentence (``extra``); anything else might be a request.
TOLD = ("kind", "state", "seconds", "requests", "changed", "failed", "status_code")
#: Errors whose first line names a place or a remedy. The others may quote a value.
_SAID = (AppError, *DATABASE_STOPPED, RedisError)
_ADDRESS = re.compile(r"[^\s@<>\"'(),;:=]+@[^\s@<>\"'(),;:]+\.[^\s@<>\"'(),;:]+")


def formatter(form: str) -> logging.Formatter:
    """``form``: "json", or "lines" for eyes."""
    end: Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.stdlib.ExtraAdder(allow=TOLD),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _broken_at,
            _without_people,
            end,
        ],
    )


def without_people(line: str) -> str:
    """The first line, as others word it: django-q sets what a task raised below its own words."""
    return _ADDRESS.sub("…@…", line.partition("\n")[0])


def said_by(error: BaseException) -> str:
    """What it says, if that quotes nothing."""
    return without_people(str(error)) if isinstance(error, _SAID) else ""


def _without_people(logger: object, method: str, event: EventDict) -> EventDict:
    said = str(event["event"])
    if event.get("logger") == "django-q":
        said = said.partition(" - ")[0]
    event["event"] = without_people(said)
    return event


def _broken_at(logger: object, method: str, event: MutableMapping[str, Any]) -> EventDict:
    """A traceback without what the errors say, which may quote anybody."""
    info = event.pop("exc_info", None)
    if info and info[1] is not None:
        event["exception"] = "\n".join(_places(info[1]))
    return event


def _places(error: BaseException) -> Iterator[str]:
    """The cause first, as Python prints it."""
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None:
        yield from _places(earlier)
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"{frame.filename}:{frame.lineno} {frame.name}"
    said = said_by(error)
    yield f"{type(error).__module__}.{type(error).__qualname__}" + (f": {said}" if said else "")
