"""Undo of a run, of one contact in it, or of one step: first what would be put back, then a button
that does it.

The address says what: ``?run=5``, with ``&step=9`` or ``&contact=…``, which is the number of a
sync record, or a key as ``undo --contact`` takes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from connections.models import Connection
from connections.rights import OPERATE, sees_people
from sync.desk import verbs
from sync.desk.pages import ConnectionPages
from sync.desk.personal import one_shown_to
from sync.desk.places import OVERVIEW
from sync.desk.progress import progress_of
from sync.desk.standing import is_open
from sync.desk.undo_preview import undo_preview
from sync.desk.words import ago, done_in
from sync.models import Run, Step, SyncRecord
from sync.pilot import records_of
from sync.undoing import reason_against

#: The button beside the preview.
DO = "_do"


@dataclass(frozen=True, slots=True)
class Undoing:
    """``task``: as ``sync.undoing`` takes it; ``query``: of the address of its page; ``of_one``:
    it is about one contact."""

    run: Run
    task: Mapping[str, Any]
    query: Mapping[str, str]
    what: str
    of_one: bool


class UndoPages(ConnectionPages):
    def get_urls(self) -> list[URLPattern]:
        view, both = self.admin_site.admin_view, require_http_methods(["GET", "HEAD", "POST"])
        return [
            path("<int:pk>/undo/", view(both(self.undo_of)), name="connection_undo"),
            *super().get_urls(),
        ]

    def undo_of(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A POST asks for the preview, and with ``DO`` for the undo itself."""
        is_post = request.method == "POST"
        connection = self.operated(request, pk) if is_post else self.seen(request, pk)
        asked = request.POST if is_post else request.GET
        if not asked.get("run"):
            return redirect(_runs_of(connection))
        undoing = _undoing(connection, asked)
        if is_post:
            return self._asked(request, connection, undoing)
        preview = one_shown_to(request.user, _preview(connection, undoing))
        people = sees_people(request.user)
        context: dict[str, Any] = {
            "title": f"Undo {undoing.what}",
            "undoing": undoing,
            "undone": undoing.run,
            "did": done_in(undoing.run),
            "when": ago(undoing.run.finished_at),
            "against": _against(connection, undoing, people),
            "why_not": _why_not(request, undoing),
            "preview": preview,
        }
        if preview and is_open(preview):
            context["progress"] = progress_of(preview)
        elif preview and preview.state == Run.State.DONE:
            context["shown"] = undo_preview(preview, with_people=people)
            context["seen"] = ago(preview.finished_at)
        return self.page(request, "sync/undo.html", connection, OVERVIEW, context)

    def _asked(
        self, request: HttpRequest, connection: Connection, undoing: Undoing
    ) -> HttpResponse:
        if undoing.of_one and not sees_people(request.user):
            raise PermissionDenied
        here = f"{request.path}?{urlencode(undoing.query)}"
        if reason_against(connection, undoing.task):
            return redirect(here)  # where it says so
        if DO not in request.POST:
            verbs.run(request, connection, Run.Kind.PREVIEW, task=undoing.task)
            return redirect(here)
        preview = _preview(connection, undoing)
        if preview is None or preview.state != Run.State.DONE:
            messages.warning(request, "Look at what would be put back first.")
            return redirect(here)
        run = verbs.run(request, connection, Run.Kind.UNDO, task=undoing.task)
        return redirect(verbs.page_of(run))


def undo_offers(user: Any, run: Run, step: Step | None = None) -> list[tuple[str, dict[str, int]]]:
    """Buttons of a run, or of one of its steps: each with what its form carries."""
    if not user.has_perm(OPERATE) or is_open(run):
        return []
    offers: list[tuple[str, dict[str, int]]] = [("Undo this run", {"run": run.pk})]
    if step is not None:
        if not sees_people(user):
            return []
        offers = [("Undo this step", {"run": run.pk, "step": step.pk})]
        if step.sync_record_id:
            label = f"Undo all that run {run.pk} did to this contact"
            offers.append((label, {"run": run.pk, "contact": step.sync_record_id}))
    return [
        (label, query)
        for label, query in offers
        if not reason_against(run.connection, _undoing(run.connection, query).task)
    ]


def _undoing(connection: Connection, asked: Mapping[str, Any]) -> Undoing:
    """What the address, or the form, asks for."""
    run = get_object_or_404(Run, pk=_number(asked["run"]), connection=connection)
    task: dict[str, Any] = {"undo": run.pk}
    query, what = {"run": str(run.pk)}, f"run {run.pk}"
    if step := asked.get("step"):
        task["step"], query["step"] = _number(step), str(step)
        what = f"step {step} of {what}"
    if contact := str(asked.get("contact") or ""):
        task["contact"], query["contact"] = _contact(connection, contact)
        what = f"what {what} did to one contact"
    return Undoing(run, task, query, what, of_one=len(task) > 1)


def _contact(connection: Connection, contact: str) -> tuple[str, str]:
    """The key of the contact that is meant, and the number of its sync record, which says to
    nobody who it is; as it was asked for where it has none."""
    rows = SyncRecord.objects.select_related("a", "b").filter(connection=connection)
    if contact.isdecimal():
        row = get_object_or_404(rows, pk=_number(contact))
    else:
        ids = records_of(connection, contact)
        found = list(rows.filter(Q(a__in=ids) | Q(b__in=ids))[:2])
        if len(found) != 1:
            return contact, contact
        [row] = found
    keys = (f"{s}:{record.remote_id}" for s in "ab" if (record := getattr(row, s)) is not None)
    return next(keys, contact), str(row.pk)


def _number(value: Any) -> int:
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    return int(text)


def _preview(connection: Connection, undoing: Undoing) -> Run | None:
    """The latest of just this."""
    previews = Run.objects.filter(connection=connection, kind=Run.Kind.PREVIEW)
    return previews.filter(task=undoing.task).first()


def _against(connection: Connection, undoing: Undoing, with_people: bool) -> str:
    why = reason_against(connection, undoing.task)
    if why and undoing.of_one and not with_people:
        return "There is nothing to undo."  # the reason may quote the contact
    return why


def _why_not(request: HttpRequest, undoing: Undoing) -> str:
    if not request.user.has_perm(OPERATE):
        return "You can look. Undoing takes the right to operate connections."
    if undoing.of_one and not sees_people(request.user):
        return "Nobody undoes what was done to people whom they cannot see."
    return ""


def _runs_of(connection: Connection) -> str:
    query = urlencode({"connection__id__exact": connection.pk})
    return f"{reverse('admin:sync_run_changelist')}?{query}"
