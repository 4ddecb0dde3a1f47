"""The field mapping of a connection: its lines, and a contact to try them on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from connections.forms.line import prefix_of
from connections.models import Connection
from connections.rights import sees_people
from rules.editing import Edit, keep
from sync.desk.change_words import in_words
from sync.desk.changing import AGAIN, asked_first
from sync.desk.fault_words import judged_for_page
from sync.desk.mapping_lines import Lines
from sync.desk.pages import ConnectionPages
from sync.desk.places import MAPPING, PREVIEW, after, label_of, url_of
from sync.desk.reading import READ, read_again
from sync.desk.sample import CHOOSE, FIND, sample_of, try_lines
from sync.desk.side_signs import signs_of
from sync.desk.words import ago

ADD, GO_ON = "_add", "_go_on"
#: Which lines were stored when the page was shown.
SEEN = "_seen"
#: What only shows the page again, filled as it was posted.
_LOOKING = (AGAIN, ADD, FIND, CHOOSE)


class MappingPages(ConnectionPages):
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/mapping/",
                view(require_http_methods(["GET", "HEAD", "POST"])(self.mapping_of)),
                name="connection_mapping",
            ),
            path(
                "<int:pk>/mapping/fit/",
                view(require_GET(self.fit_of)),
                name="connection_mapping_fit",
            ),
            path(
                "<int:pk>/mapping/sample/",
                view(require_POST(self.sample_of_mapping)),
                name="connection_mapping_sample",
            ),
            *super().get_urls(),
        ]

    def mapping_of(self, request: HttpRequest, pk: int) -> HttpResponse:
        if request.method != "POST":
            connection = self.seen(request, pk)
            return self._mapping_page(request, Lines(connection))
        if any(word in request.POST for word in _LOOKING):
            connection = self.seen(request, pk)
            return self._mapping_page(request, Lines(connection, request.POST))
        connection = self.changed(request, pk)
        if READ in request.POST:
            read_again(request, connection, request.POST[READ])
            return self._mapping_page(request, Lines(connection, request.POST))
        return self._save_mapping(request, Lines(connection, request.POST))

    def _save_mapping(self, request: HttpRequest, lines: Lines) -> HttpResponse:
        connection = lines.connection
        if not lines.are_valid:
            return self._mapping_page(request, lines, is_refused=True)
        verdict = judged_for_page(connection, Edit(lines=lines.to_be))
        if verdict.errors:
            elsewhere = lines.mark(verdict.errors)
            return self._mapping_page(request, lines, is_refused=True, elsewhere=elsewhere)
        is_draft = connection.state == Connection.State.DRAFT
        was_changed = request.POST.get(SEEN, lines.edition) != lines.edition
        if is_draft and was_changed and verdict.changes:
            return self._mapping_page(
                request, lines, meanwhile=in_words(connection, verdict.changes)
            )
        if answer := asked_first(request, self.admin_site, verdict, MAPPING):
            return answer
        keep(verdict, request.user)
        if verdict.changes:
            messages.success(request, "The field mapping is saved.")
        else:
            messages.info(request, "The field mapping is like that already.")
        stays = is_draft and GO_ON not in request.POST
        return redirect(url_of(connection, MAPPING) if stays else after(connection, MAPPING))

    def fit_of(self, request: HttpRequest, pk: int) -> JsonResponse:
        """What a new line between the fields ``a`` and ``b`` could be: whether it ``fits`` (null
        while one of them is not chosen), its ``arrows`` with their labels, the ``notes`` on it,
        ``icons`` by side, and the table of its ``values`` as HTML."""
        asked = request.GET
        lines = Lines(self.seen(request, pk))
        prefix = asked.get("line", "")
        if not re.fullmatch(r"line-\d{1,4}", prefix):
            prefix = prefix_of(0)
        row = lines.fit(prefix, asked.get("a", ""), asked.get("b", ""))
        context = {"row": row, "signs": signs_of(lines.connection)}
        return JsonResponse(
            {
                "fits": bool(row.line and row.line.arrow) if all(row.fields.values()) else None,
                "arrows": list(row.arrows),
                "notes": list(row.notes),
                "icons": {side: sign.icon for side, sign in row.signs.items() if not sign.is_gone},
                "values": render_to_string("sync/mapping_values.html", context, request),
            }
        )

    def sample_of_mapping(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The parts of the page that tell of a contact, for the lines as they are entered."""
        connection = self.seen(request, pk)
        if not sees_people(request.user):
            raise PermissionDenied
        lines = Lines(connection, request.POST)
        context = {
            **_with_sample(lines, request.POST),
            "desk": connection,
            "signs": signs_of(connection),
            "is_part": True,
        }
        return TemplateResponse(request, "sync/mapping_sample.html", context)

    def _mapping_page(
        self,
        request: HttpRequest,
        lines: Lines,
        *,
        is_refused: bool = False,
        elsewhere: list[str] | None = None,
        meanwhile: Sequence[str] = (),
    ) -> HttpResponse:
        connection, posted = lines.connection, request.POST
        context: dict[str, Any] = {"rows": lines.rows}
        if sees_people(request.user):
            context = _with_sample(lines, posted)
        number = lines.next_number
        added = [lines.blank(number, _chosen(posted[ADD]))] if ADD in posted else []
        context |= {
            "title": "Field mapping",
            "rows": [*lines.rows, *added],
            "blank": lines.blank("__n__"),
            "next": number + len(added),
            "signs": signs_of(connection),
            "winner": lines.names[connection.winner],
            "free": lines.free,
            "edition": lines.edition,
            "was_changed": posted.get(SEEN, lines.edition) != lines.edition,
            "is_refused": is_refused,
            "is_unsaved": is_refused or bool(added) or lines.are_changed,
            "elsewhere": elsewhere or [],
            "meanwhile": meanwhile,
            "read": {side: ago(connection.container(side).catalogue_at) for side in "ab"},
            "following": label_of(PREVIEW),
        }
        return self.page(request, "sync/mapping.html", connection, MAPPING, context)


def _chosen(posted: str) -> dict[str, str]:
    """The field with which a line is to begin: "a NAME" or "b NAME"."""
    side, _, name = posted.partition(" ")
    return {side: name} if side in ("a", "b") else {}


def _with_sample(lines: Lines, posted: Mapping[str, str]) -> dict[str, Any]:
    sample = sample_of(lines.connection, posted)
    if sample.subject:
        try_lines(lines, sample.subject)
    changing = sum(row.would_change for row in lines.rows)
    return {"rows": lines.rows, "sample": sample, "changing": changing}
