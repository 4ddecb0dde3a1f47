"""The last steps of a set-up: the preview, and the start."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from connections.models import Connection
from connections.rights import sees_people
from sync.by_rule import by_rule
from sync.desk import verbs
from sync.desk.foreseen import foreseen, is_current, latest_preview, left_by, numbers_of
from sync.desk.foreseen_people import foreseen_of, foreseen_page, kinds_of
from sync.desk.health import groups_of
from sync.desk.held import approve
from sync.desk.pages import ConnectionPages
from sync.desk.people_search import ASKED
from sync.desk.places import OVERVIEW, PREVIEW, START, url_of
from sync.desk.progress import progress_of
from sync.desk.readiness import readiness_of
from sync.desk.side_signs import names_of
from sync.desk.standing import is_open
from sync.desk.start_form import CHOSEN, StartForm
from sync.desk.words import ago
from sync.models import Run

#: The button beside the name of a contact.
SEARCH = "_search"
#: Of an address: those are shown who were searched for.
FOUND = "found"
_LOOK_FIRST = "Look at the preview first: it shows what the first sync would do."


class FirstRunPages(ConnectionPages):
    def get_urls(self) -> list[URLPattern]:
        view, both = self.admin_site.admin_view, require_http_methods(["GET", "HEAD", "POST"])
        return [
            path("<int:pk>/preview/", view(both(self.preview_of)), name="connection_preview"),
            path(
                "<int:pk>/preview/rules/",
                view(require_GET(self.preview_by_rule)),
                name="connection_preview_rules",
            ),
            path(
                "<int:pk>/preview/people/",
                view(both(self.preview_people)),
                name="connection_preview_people",
            ),
            path("<int:pk>/start/", view(both(self.start_of)), name="connection_start"),
            *super().get_urls(),
        ]

    # --- Preview ---

    def preview_of(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A POST asks for one."""
        if request.method == "POST":
            connection = self.operated(request, pk)
            verbs.run(request, connection, Run.Kind.PREVIEW)
            return redirect(url_of(connection, PREVIEW))
        connection = self.seen(request, pk)
        latest = latest_preview(connection)
        context: dict[str, Any] = {
            "title": "Preview",
            "readiness": readiness_of(connection),
            "preview": latest,
            "following": url_of(connection, START),
        }
        if latest and is_open(latest):
            context["progress"] = progress_of(latest)
        elif latest and latest.state == Run.State.DONE:
            shown = foreseen(connection, latest, with_people=sees_people(request.user))
            left = groups_of(connection, left_by(latest.counts), request.user, are_foreseen=True)
            context.update(foreseen=shown, left=left, when=ago(latest.finished_at))
        return self.page(request, "sync/setup_preview.html", connection, PREVIEW, context)

    def preview_by_rule(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asked for by the page itself: everybody is planned for it, which takes a while."""
        connection = self.seen(request, pk)
        rows = by_rule(connection, timezone.now())
        return TemplateResponse(request, "sync/setup_by_rule.html", {"rows": rows})

    def preview_people(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Contact by contact. Whom a POST looks for is kept with the session, as on the page of
        people."""
        connection = self.seen(request, pk)
        if not sees_people(request.user):
            raise PermissionDenied
        here = reverse("admin:connection_preview_people", args=[pk])
        if request.method == "POST":
            request.session[ASKED] = request.POST.get("text", "").strip()[:200]
            return redirect(f"{here}?{FOUND}")
        run = latest_preview(connection)
        if run is None or run.state != Run.State.DONE:
            return redirect(url_of(connection, PREVIEW))
        kind, after = request.GET.get("kind", ""), request.GET.get("after", "")
        text = request.session.get(ASKED, "") if FOUND in request.GET else ""
        names = names_of(connection)
        context = {
            "title": "Preview, contact by contact",
            "here": here,
            "kinds": kinds_of(numbers_of(run), names),
            "kind": kind,
            "text": text,
            "is_asked": FOUND in request.GET,
            "shown": foreseen_of(connection, run, text, names)
            if FOUND in request.GET
            else foreseen_page(
                connection, run, kind, int(after) if after.isdecimal() else 0, names
            ),
        }
        return self.page(request, "sync/preview_people.html", connection, PREVIEW, context)

    # --- Start ---

    def start_of(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A POST approves: the first run of a draft, or one that was held."""
        is_post = request.method == "POST"
        connection = self.operated(request, pk) if is_post else self.seen(request, pk)
        if connection.state != Connection.State.DRAFT:
            return _gone_on(request, connection)
        form = StartForm(_start_data(request), connection=connection)
        preview, readiness = latest_preview(connection), readiness_of(connection)
        can_start = is_current(connection, preview) and not readiness.in_the_way
        if SEARCH in request.POST:
            form.errors.clear()  # a search is no start yet
        elif is_post:
            if not can_start:
                messages.warning(request, _LOOK_FIRST)
                return redirect(url_of(connection, PREVIEW))
            if form.is_valid():
                return _started(request, connection, form.only)
        context = {
            "title": "Start",
            "form": form,
            "found": form.found() if sees_people(request.user) else [],
            "can_start": can_start,
            "preview": preview,
            "is_read": bool(preview and is_open(preview)),
            "readiness": readiness,
            "looking": url_of(connection, PREVIEW),
            "pilot": _pilot(connection),
            "open_run": _open_run(connection),
        }
        if can_start and preview:
            context.update(
                foreseen=foreseen(connection, preview, with_people=False),
                when=ago(preview.finished_at),
            )
        return self.page(request, "sync/setup_start.html", connection, START, context)


_STARTED = "It is started: this is the first run. From then on it syncs by itself."
_STARTED_FEW = (
    "The pilot is started. It stays a draft: when you like what you see, start with everything."
)


def _start_data(request: HttpRequest) -> QueryDict | None:
    """Who searches for contacts means a pilot with them."""
    if request.method != "POST":
        return None
    data = request.POST.copy()
    if SEARCH in data:
        data["how"] = CHOSEN
    return data


def _started(request: HttpRequest, connection: Connection, only: str) -> HttpResponse:
    if _open_run(connection):
        messages.info(request, "It is being started already.")
    else:
        verbs.run(request, connection, Run.Kind.SYNC, approved=True, only=only)
        messages.success(request, _STARTED_FEW if only else _STARTED)
    return redirect(url_of(connection, OVERVIEW))


def _gone_on(request: HttpRequest, connection: Connection) -> HttpResponse:
    """What has been started is shown; a POST lets a held run go on."""
    if request.method != "POST":
        return redirect(url_of(connection, OVERVIEW))
    return approve(request, connection)


def _open_run(connection: Connection) -> Run | None:
    runs = Run.objects.filter(connection=connection, kind=Run.Kind.SYNC)
    return runs.filter(state__in=(Run.State.QUEUED, Run.State.RUNNING)).first()


def _pilot(connection: Connection) -> Run | None:
    """The latest that was carried out."""
    runs = Run.objects.filter(connection=connection, kind=Run.Kind.SYNC, state=Run.State.DONE)
    return runs.exclude(only="").first()
