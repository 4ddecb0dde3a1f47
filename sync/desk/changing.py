"""What a change would do to contacts is shown before it is kept: by every page on which a
connection that is no draft can be changed.

A page judges what was posted (``rules.editing``) and asks here. The answer carries all that was
posted along, so that saying yes posts it once more, and a part of it that counts the contacts is
fetched by itself, since that takes a while.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from connections.models import Connection
from connections.rights import sees_people
from rules.editing import Judged
from sync.desk.change_words import in_words
from sync.desk.pages import frame
from sync.effect import effect_of, in_sentences

#: The latest save that the person had seen when they said yes.
CONFIRMED = "_confirmed"
#: Asks for the part that counts.
EFFECT = "_effect"
#: Asks for the form again, filled as it was posted: a page looks for this first.
AGAIN = "_again"


def asked_first(
    request: HttpRequest, site: AdminSite, verdict: Judged, here: str
) -> HttpResponse | None:
    """The page that shows what would happen, or the part of it that counts; None: keep it now.

    ``verdict`` has no errors; ``here``: the word of the page it was posted on (``places``).
    """
    connection = verdict.connection
    if EFFECT in request.POST:
        return _effect(request, verdict)
    if connection.state == Connection.State.DRAFT or verdict.setup is None:
        return None
    latest = _latest(connection)
    if request.POST.get(CONFIRMED) == latest:
        return None
    context = {
        **site.each_context(request),
        **frame(request, connection, here),
        "title": f"What this changes about {connection}",
        "opts": Connection._meta,
        "changes": in_words(connection, verdict.changes),
        "warnings": verdict.warnings,
        "posted": list(_posted(request)),
        "confirmed": (CONFIRMED, latest),
        "effect": EFFECT,
        "again": AGAIN,
        "was_changed_meanwhile": CONFIRMED in request.POST,
    }
    return TemplateResponse(request, "sync/confirm.html", context)


def _effect(request: HttpRequest, verdict: Judged) -> HttpResponse:
    connection, lines = verdict.connection, []
    if verdict.setup is not None:
        effect = effect_of(connection, verdict.setup, timezone.now())
        lines = in_sentences(connection, effect, with_names=sees_people(request.user))
    context = {"lead": lines[:1], "lines": lines[1:]}
    return TemplateResponse(request, "sync/effect.html", context)


def _latest(connection: Connection) -> str:
    latest: Any = connection.revisions.order_by("-pk").values_list("pk", flat=True).first()
    return str(latest or "")


def _posted(request: HttpRequest) -> Iterator[tuple[str, str]]:
    for name, values in request.POST.lists():
        if name not in (CONFIRMED, EFFECT, AGAIN, "csrfmiddlewaretoken"):
            for value in values:
                yield name, str(value)
