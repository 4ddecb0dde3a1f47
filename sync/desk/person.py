"""One person: the contact in each app, what each connection knows of them, and what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from connections.models import Connection, Record
from connections.rights import sees_people
from sync.belonging import together
from sync.desk.people_search import MAY_LOOK, people
from sync.desk.person_contacts import field_rows, told_contacts
from sync.desk.person_pairs import ToldPair, told_pairs
from sync.desk.words import changes
from sync.engine.undo import MET
from sync.models import Step

#: Steps on a page.
STEPS = 20
#: Of the address: steps before this one are shown.
BEFORE = "before"


def addresses() -> list[URLPattern]:
    """Pages of the admin that no table owns. A person is called by the number of one of their
    records: nothing in an address tells who it is."""
    view = admin.site.admin_view
    return [
        path("people/", view(people), name="people"),
        path("people/<int:pk>/", view(require_GET(person)), name="person"),
    ]


@dataclass(frozen=True, slots=True)
class DoneStep:
    """``where``: the side it was done in, by its name; ``can_be_undone``: it wrote values, or made
    a pair."""

    step: Step
    connection: Connection
    where: str
    changes: SafeString
    can_be_undone: bool


@dataclass(frozen=True, slots=True)
class Done:
    """A page of steps, the latest first. ``older``: from where the next page goes on."""

    steps: Sequence[DoneStep]
    older: int | None
    is_first: bool


def person(request: HttpRequest, pk: int) -> HttpResponse:
    if not (request.user.has_perm(MAY_LOOK) and sees_people(request.user)):
        raise PermissionDenied
    record = get_object_or_404(Record.objects.only("title"), pk=pk)
    (ids,) = together([record.pk])
    rows = Record.objects.filter(pk__in=ids).select_related("container__account")
    rows = rows.defer("raw", "stamps", "pending", "overwritten")
    contacts = told_contacts(rows.order_by("container__account__name", "pk"))
    pairs = told_pairs(ids, request.user)
    context = {
        **admin.site.each_context(request),
        "title": str(record),
        "pk": record.pk,
        "contacts": contacts,
        "fields": field_rows(contacts),
        "pairs": pairs,
        "done": _done(pairs, request.GET.get(BEFORE, "")),
        "all_steps": steps_of(pairs),
    }
    return TemplateResponse(request, "sync/person.html", context)


def steps_of(pairs: Sequence[ToldPair]) -> str:
    """The audit log of these sync records."""
    asked = urlencode({"sync_record__in": ",".join(str(pair.row.pk) for pair in pairs)})
    return f"{reverse('admin:sync_step_changelist')}?{asked}"


def _done(pairs: Sequence[ToldPair], before: str) -> Done:
    of = {pair.row.pk: pair for pair in pairs}
    steps = Step.objects.filter(sync_record__in=of).exclude(result=Step.Result.PLANNED)
    is_first = not before.isdecimal()
    if not is_first:
        steps = steps.filter(pk__lt=int(before))
    found = list(steps.order_by("-pk")[: STEPS + 1])
    shown = [
        _done_step(step, of[step.sync_record_id])
        for step in found[:STEPS]
        if step.sync_record_id is not None
    ]
    return Done(shown, found[STEPS - 1].pk if len(found) > STEPS else None, is_first)


def _done_step(step: Step, pair: ToldPair) -> DoneStep:
    where = pair.signs[step.side].name if step.side else ""
    is_done = step.result == Step.Result.DONE
    can_be_undone = is_done and (bool(step.fields) or step.verb in MET)
    return DoneStep(step, pair.row.connection, where, changes(step), can_be_undone)
