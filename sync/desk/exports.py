"""The audit log as a file: made of what its list is filtered to, sent line by line, and itself
logged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from unfold.decorators import display

from connections.rights import sees_people
from sync.audit import csv_lines
from sync.desk.long_lists import LongList
from sync.desk.personal import OfPeople
from sync.desk.words import moment
from sync.models import Export

#: To have names and values in a file is a right beside that of seeing them.
EXPORT = "sync.export_audit"


def may_export(user: Any) -> bool:
    allowed: bool = user.has_perm(EXPORT) and sees_people(user)
    return allowed


class ExportPages(OfPeople):
    """To be mixed into the admin of steps."""

    def get_urls(self) -> list[URLPattern]:
        export = require_POST(self.admin_site.admin_view(self.export))
        return [path("export/", export, name="sync_step_export"), *super().get_urls()]

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """The address asks as that of the list does. It is a POST, since it leaves a trace."""
        if not (self.has_view_permission(request) and may_export(request.user)):
            raise PermissionDenied
        try:
            chosen: LongList = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            return redirect("admin:sync_step_changelist")
        user: Any = request.user
        export = Export.objects.create(by=user, who=user.get_username(), asked=_in_words(chosen))
        name = f"audit-{timezone.localdate():%Y-%m-%d}-{export.pk}.csv"
        return StreamingHttpResponse(
            Counted(export, csv_lines(chosen.queryset)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _in_words(chosen: LongList) -> str:
    return "; ".join(f"{x.title}: {x.told}" for x in chosen.asked) or "Everything"


class Counted:
    """The lines, of which the first is the head. Those that left are counted when the answer is
    closed, whatever became of the rest.

    No generator with a ``finally``: one that is dropped would write whenever Python comes to
    collect it, and that may be amid another statement on the same connection.
    """

    def __init__(self, export: Export, lines: Iterable[str]) -> None:
        self._export, self._lines = export, iter(lines)
        self._sent = 0
        self._ended_at: datetime | None = None

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            line = next(self._lines)
        except StopIteration:
            self._ended_at = timezone.now()
            raise
        self._sent += 1
        return line

    def close(self) -> None:
        """Django calls it at the end of the answer."""
        rows = max(0, self._sent - 1)
        Export.objects.filter(pk=self._export.pk).update(rows=rows, ended_at=self._ended_at)


class ExportAdmin(OfPeople):
    """Who took what out of the log: rows that nobody changes."""

    list_display = ["when", "who", "asked", "rows", "how"]
    list_display_links = ["when"]
    when_empty = "Who takes lines out of the audit log, as a file, is listed here."
    fields = ["at", "who", "asked", "rows", "how"]
    change_form_outer_before_template = "sync/people_hidden.html"

    @display(description="When")
    def when(self, export: Export) -> SafeString:
        return moment(export.at)

    @display(description="Ended", label={"Complete": "success", "Broken off": "warning"})
    def how(self, export: Export) -> str:
        return "Complete" if export.ended_at else "Broken off"
