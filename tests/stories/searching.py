"""Everywhere that a secret could have been left, searched for it however it is written there."""

from __future__ import annotations

import json
import logging
import pickle
import zlib
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from pathlib import Path
from urllib.parse import quote, quote_plus

from django.apps import apps
from django.conf import settings
from django.contrib.admin import site
from django.contrib.sessions.models import Session
from django.core import serializers
from django.db import connection
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ, Task


def found(secrets: Mapping[str, str], places: Mapping[str, str | bytes]) -> list[str]:
    """Which secret is in which place. ``secrets`` and ``places`` by what they are called."""
    searched = {
        name: text.encode("utf-8", "replace") if isinstance(text, str) else text
        for name, text in places.items()
    }
    return [
        f"{what}, {form}, in {place}"
        for what, secret in secrets.items()
        for form, needle in forms(secret)
        for place, text in searched.items()
        if needle in text
    ]


def forms(secret: str) -> Iterator[tuple[str, bytes]]:
    """The ways in which it may be written."""
    yield "as it is", secret.encode()
    yield "quoted", quote(secret, safe="").encode()
    yield "quoted in a form", quote_plus(secret).encode()
    yield "in JSON", json.dumps(secret)[1:-1].encode()
    yield "in HTML", escape(secret).encode()
    for before in range(3):
        inner = _in_base64(secret.encode(), before)
        yield f"in base64 after {before} bytes", inner
        yield f"in base64url after {before} bytes", inner.translate(bytes.maketrans(b"+/", b"-_"))


def _in_base64(secret: bytes, before: int) -> bytes:
    """Of a longer text's base64 the characters that are of the secret alone, which comes after
    so many bytes (of each three)."""
    whole = b64encode(bytes(before) + secret)
    return whole[-(-before * 8 // 6) : (before + len(secret)) * 8 // 6]


# --- The places ---------------------------------------------------------------------------


def stored() -> dict[str, str | bytes]:
    """All that this installation keeps."""
    return {
        "the rows": rows(),
        "the serialised rows": serialised(),
        "the sessions": sessions(),
        "the queue": queue(),
        **files(),
        **database_files(),
    }


def rows() -> str:
    """All rows of all tables, as the database gives them."""
    gathered = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            gathered.append(str(cursor.fetchall()))
    return "".join(gathered)


def serialised() -> str:
    return "".join(
        serializers.serialize("json", model._default_manager.all()) for model in apps.get_models()
    )


def sessions() -> str:
    return "".join(str(session.get_decoded()) for session in Session.objects.all())


def queue() -> str:
    """What waits, and what was kept of what is over."""
    waiting = [row.task for row in OrmQ.objects.all()]
    over = [(task.func, task.args, task.kwargs, task.result) for task in Task.objects.all()]
    return f"{waiting}{over}"


def files() -> dict[str, str | bytes]:
    """Those of ``var/``, and what the cache's say when they are unpacked."""
    gathered: dict[str, str | bytes] = {
        f"the file {path.name}": path.read_bytes()
        for path in Path(settings.VAR_DIR).rglob("*")
        if path.is_file()
    }
    for path in Path(settings.CACHES["default"]["LOCATION"]).glob("*.djcache"):
        with path.open("rb") as file:
            ends = pickle.load(file)
            gathered[f"the cached {path.name}"] = f"{ends}{zlib.decompress(file.read())!r}"
    return gathered


def database_files() -> dict[str, str | bytes]:
    """SQLite's file, and the log that lies beside it."""
    if connection.vendor != "sqlite":
        return {}
    path = Path(connection.settings_dict["NAME"])
    gathered: dict[str, str | bytes] = {
        file.name: file.read_bytes() for file in path.parent.glob(f"{path.name}*") if file.is_file()
    }
    assert b"SQLite format" in bytes(gathered[path.name])[:16]  # type: ignore[arg-type]
    return gathered


def pages(client: Client) -> Iterator[tuple[str, str]]:
    """Address and text of every page of the admin that shows rows, and of each row's own pages."""
    for model, desk in site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        there = {pattern.name for pattern in desk.get_urls()}  # rules are listed elsewhere
        if f"{name}_changelist" in there:
            yield _page(client, reverse(f"admin:{name}_changelist"))
        for row in model._default_manager.order_by("-pk")[:3]:
            for what in {f"{name}_{word}" for word in ("change", "history", "delete")} & there:
                yield _page(client, reverse(f"admin:{what}", args=[row.pk]))


def _page(client: Client, address: str) -> tuple[str, str]:
    answer = client.get(address)
    assert answer.status_code in (200, 403), (address, answer)
    return address, answer.content.decode()


# --- What is said ---------------------------------------------------------------------------


class _Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def all_logs() -> Iterator[list[str]]:
    """What any logger says, with tracebacks, however quiet the settings have it. Only that of
    Django's templates stays as it is: what it says below INFO is all that a page was made of."""
    ear = _Ear()
    templates = logging.getLogger("django.template")
    loggers = [logging.root, *map(logging.getLogger, logging.root.manager.loggerDict)]
    levels = [(logger, logger.level) for logger in loggers]
    listened = [logger for logger in loggers if logger is logging.root or not logger.propagate]
    quiet = templates.getEffectiveLevel()
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    templates.setLevel(quiet)
    for logger in listened:
        logger.addHandler(ear)
    try:
        yield ear.lines
    finally:
        for logger, level in levels:
            logger.setLevel(level)
        for logger in listened:
            logger.removeHandler(ear)
