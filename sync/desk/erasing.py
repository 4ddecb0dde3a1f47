"""A person erased from the desk: who is meant and what is held is shown first, and can be taken out
as a file. What was erased is listed without saying who it was."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST
from unfold.decorators import display

from connections.pages.read_only import ReadOnly
from connections.rights import ERASE_PEOPLE, sees_people
from sync.desk.person_contacts import told_contacts
from sync.desk.words import moment
from sync.models import Erasure, Export
from sync.watch.erasing.carry_out import Named, ask
from sync.watch.erasing.held import held_of
from sync.watch.erasing.rows import steps_about, sync_records_about
from sync.watch.erasing.whom import Person, person_of

#: In the form: somebody who shares an address and is the same person, and that one is sure.
CHOSEN, SURE = "chosen", "sure"


def addresses() -> list[URLPattern]:
    view = admin.site.admin_view
    page = require_http_methods(["GET", "HEAD", "POST"])(erase)
    return [
        path("people/<int:pk>/erase/", view(page), name="person_erase"),
        path("people/<int:pk>/held/", view(require_POST(held)), name="person_held"),
    ]


def may_erase(user: Any) -> bool:
    allowed: bool = user.has_perm(ERASE_PEOPLE) and sees_people(user)
    return allowed


def erase(request: HttpRequest, pk: int) -> HttpResponse:
    person, why = _person(request, pk), ""
    if request.method == "POST":
        why = _ask(request, person)
        if not why:
            return redirect("admin:sync_erasure_changelist")
    context = {
        **admin.site.each_context(request),
        "title": f"Erase {person.records[0]}?",
        "pk": pk,
        "contacts": told_contacts(person.records),
        "others": told_contacts(person.others),
        "sync_records": sync_records_about(person.records).count(),
        "steps": len(steps_about(person.records)),
        "why": why,
    }
    return TemplateResponse(request, "sync/erase.html", context)


def held(request: HttpRequest, pk: int) -> HttpResponse:
    """A POST, since it leaves a trace: what left the desk, and to whom it was given."""
    person = _person(request, pk)
    told = held_of(person.records)
    rows = sum(len(part) for part in told.values() if isinstance(part, list))
    user: Any = request.user
    export = Export.objects.create(
        by=user,
        who=user.get_username(),
        asked="What is held of one person",
        rows=rows,
        ended_at=timezone.now(),
    )
    return HttpResponse(
        json.dumps(told, indent=2, ensure_ascii=False),
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="held-{export.pk}.json"'},
    )


def _person(request: HttpRequest, pk: int) -> Person:
    if not may_erase(request.user):
        raise PermissionDenied
    person = person_of([pk])
    if not person.records:
        raise Http404
    return person


def _ask(request: HttpRequest, person: Person) -> str:
    """Why not; "" when it is on its way."""
    if SURE not in request.POST:
        return "Nothing was erased. Tick that you have looked at who is meant."
    chosen = {pk for pk in request.POST.getlist(CHOSEN) if pk.isdecimal()}
    also = [record.pk for record in person.others if str(record.pk) in chosen]
    whom = person_of([*(record.pk for record in person.records), *also])
    user: Any = request.user
    try:
        ask(whom.records, user.get_username(), user.pk)
    except Named as error:
        return f"Nothing was erased. {error}"
    messages.success(
        request,
        "They are being erased: from now on nobody takes them in again, and as soon as no run is "
        "at work with their accounts the rest is removed. In the apps nothing is deleted.",
    )
    return ""


class ErasureAdmin(ReadOnly):
    """Who erased somebody, when, and how many rows it was: rows that nobody changes."""

    list_display = ["when", "who", "contacts", "sync_records", "steps", "texts", "how"]
    list_display_links = ["when"]
    when_empty = (
        "Look for somebody who asked to be forgotten under People, and erase them from their page. "
        "Who did so, and when, is then listed here."
    )
    fields = ["at", "who", "contacts", "sync_records", "steps", "texts", "how"]

    @display(description="When")
    def when(self, erasure: Erasure) -> SafeString:
        return moment(erasure.at)

    @display(description="How it is", label={"Erased": "success", "Under way": "warning"})
    def how(self, erasure: Erasure) -> str:
        return "Erased" if erasure.ended_at else "Under way"
