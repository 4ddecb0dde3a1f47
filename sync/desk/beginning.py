"""The first steps of a set-up: the apps, and the accounts of both sides. Then there is a draft."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from connections.beginning import become_draft, begin, begun, choose, choose_apps, unreadable
from connections.forms.beginning import AppsForm, SidesForm
from connections.joining import BadSides
from connections.models import Beginning, Connection, Container
from connections.pages.authorising import app_cards
from connections.pages.coming import MAY_VOTE
from connections.pages.sides import newly_connected, sides_offered
from connections.posted import row_of
from connections.rights import OPERATE
from connections.votes import standing
from rules.configuration.wishes import stored_lines
from rules.copying import carry_over
from rules.history import record_revision
from sync.desk import verbs
from sync.desk.fault_words import FaultWords
from sync.desk.places import APPS, OPTIONS, SIDES, first_steps, url_of
from sync.desk.sides import SidesPages, look_again
from sync.models import Run

#: So many apps to come are named where the apps are chosen.
NAMED = 3


class BeginningPages(SidesPages):
    list_before_template = "sync/setup_begun.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        both = require_http_methods(["GET", "HEAD", "POST"])
        return [
            path("begin/<int:pk>/", view(both(self.accounts_of)), name="connection_begin"),
            path("begin/<int:pk>/drop/", view(require_POST(self.drop)), name="connection_drop"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        rows = begun_for(request) if self.has_add_permission(request) else []
        return super().changelist_view(request, {**(extra_context or {}), "begun": rows})

    # --- Step 1: apps ---

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        self._may_add(request)
        given = request.POST if request.method == "POST" else request.GET
        side_a, row = _container(given.get("a", "")), row_of(begun(), given.get("begun", ""))
        form = AppsForm(_posted(request), initial=_apps(side_a, row))
        if request.method == "POST" and form.is_valid():
            apps = (form.cleaned_data["app_a"], form.cleaned_data["app_b"])
            if row:
                choose_apps(row, *apps)
            else:
                row = begin(*apps, request.user, side_a)
            return redirect("admin:connection_begin", row.pk)
        to_come = standing(cast(Any, request.user)) if request.user.has_perm(MAY_VOTE) else []
        context = {
            "title": "Which apps are to be kept equal?",
            "steps": first_steps(APPS, row),
            "form": form,
            "fields": [("A", form["app_a"]), ("B", form["app_b"])],
            "cards": app_cards(),
            "side_a": side_a,
            "row": row,
            "to_come": to_come[:NAMED],
        }
        return self._page(request, "sync/setup_apps.html", context)

    # --- Step 2: accounts ---

    def accounts_of(self, request: HttpRequest, pk: int) -> HttpResponse:
        self._may_add(request)
        row = begun().filter(pk=pk).first()
        if row is None:
            return _is_over(request)
        here, apps = reverse("admin:connection_begin", args=[pk]), {x: row.app(x) for x in "ab"}
        initial: dict[str, Any] = {"a": row.a_id, "b": row.b_id}
        initial.update({x: each.pk for x, each in newly_connected(request, apps).items()})
        form = SidesForm(_posted(request), apps=apps, connection=Connection(), initial=initial)
        if request.method == "POST" and (answer := _posted_sides(request, row, form)):
            return answer
        context = {
            "title": f"Accounts of {row}",
            "steps": first_steps(SIDES, row),
            "row": row,
            "form": form,
            "sides": sides_offered(request, form, apps, here),
        }
        return self._page(request, "sync/setup_accounts.html", context)

    def drop(self, request: HttpRequest, pk: int) -> HttpResponse:
        self._may_add(request)
        row = Beginning.objects.filter(pk=pk).first()
        if row:
            row.delete()
            messages.success(request, f"The set-up of {row} is dropped. Its accounts stay.")
        return redirect("admin:connections_connection_changelist")

    def _may_add(self, request: HttpRequest) -> None:
        if not self.has_add_permission(request):
            raise PermissionDenied

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        around = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, template, {**around, **context})


def _posted_sides(request: HttpRequest, row: Beginning, form: SidesForm) -> HttpResponse | None:
    """What was chosen is kept, whichever way it came. None: the form is shown again."""
    if "look" in request.POST:
        look_again(request, request.POST["look"])
        return redirect("admin:connection_begin", row.pk)
    is_whole = form.is_valid()
    choose(row, form.chosen)
    if "keep" in request.POST:
        return HttpResponse(status=204)
    if "leave" in request.POST:
        messages.info(request, f"The set-up of {row} is kept: go on with it here.")
        return redirect("admin:connections_connection_changelist")
    return _drafted(request, row, form) if is_whole else None


def _drafted(request: HttpRequest, row: Beginning, form: SidesForm) -> HttpResponse | None:
    a, b = form.cleaned_data["a"], form.cleaned_data["b"]
    for side, fault in unreadable({"a": a, "b": b}).items():
        form.add_error(side, str(fault))
    if form.errors:
        return None
    try:
        with transaction.atomic():
            made = become_draft(row, a, b)
            if made is None:
                return _is_over(request)
            left_out = carry_over(row.copy_of, made, request.user) if row.copy_of else ()
            record_revision(made, by=request.user, source="the admin")
            if request.user.has_perm(OPERATE):
                # Both sides are read while people go on: the next steps have samples then.
                verbs.run(request, made, Run.Kind.PREVIEW)
    except BadSides as error:
        form.refuse(error)
        return None
    messages.success(request, f"{made} is a draft now: it writes nothing until you start it.")
    words = FaultWords(made, stored_lines(row.copy_of).values() if row.copy_of else ())
    for text in left_out:
        messages.warning(request, f"This was not copied: {words.of(text)}")
    return redirect(url_of(made, OPTIONS))


def _is_over(request: HttpRequest) -> HttpResponse:
    """Of two who pressed at once the second goes on with the draft of the first."""
    a, b = (_container(request.POST.get(side, "")) for side in "ab")
    made = Connection.objects.filter(a=a, b=b).first() if a and b else None
    if made:
        return redirect(url_of(made, OPTIONS))
    messages.warning(request, "That set-up has become a connection by now, or was dropped.")
    return redirect("admin:connections_connection_changelist")


def begun_for(request: HttpRequest) -> list[Beginning]:
    """The set-ups that this person may go on with."""
    may_add = request.user.has_perm("connections.add_connection")
    return list(begun()) if may_add else []


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _container(pk: str) -> Container | None:
    return row_of(Container.objects.select_related("account"), pk)


def _apps(side_a: Container | None, row: Beginning | None) -> dict[str, str]:
    """What is chosen before anything was."""
    found = {"app_a": row.app_a, "app_b": row.app_b} if row else {}
    return {**found, "app_a": side_a.account.app} if side_a else found
