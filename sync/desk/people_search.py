"""People of all accounts: who has a name, an address or a number that begins so.

What is searched for is posted and kept with the session, so that no name stands in an address, a
log or the history of a browser, and a way back leads to the list as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from unfold.dataclasses import SearchResult
from unfold.widgets import UnfoldAdminTextInputWidget

from connections.finding import records_like
from connections.mirror import contact_of
from connections.models import Record
from connections.rights import sees_people
from sync.belonging import sync_records_of, together
from sync.desk.side_signs import SideSign, sign_of_place
from sync.models import SyncRecord

#: So many contacts are looked at; who wants to see others types more of the name.
MOST = 50
#: Of the session: what was searched for last.
ASKED = "people"
MAY_LOOK = "connections.view_connection"


class PeopleForm(forms.Form):
    text = forms.CharField(
        label="Name, e-mail address or phone number",
        max_length=200,
        error_messages={"required": "Say whom you look for."},
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off", "spellcheck": "false"}),
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A contact of the person in an app."""

    sign: SideSign
    is_gone: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A person in a line. ``standings``: each connection's name and state of them."""

    record: int
    name: str
    addresses: Sequence[str]
    places: Sequence[Place]
    standings: Sequence[SyncRecord]


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm(MAY_LOOK):
        raise PermissionDenied
    may_see = sees_people(request.user)
    if request.method == "POST" and not may_see:
        raise PermissionDenied
    form = PeopleForm(_data(request))
    is_asked = may_see and form.is_bound and form.is_valid()
    if request.method == "POST" and is_asked:
        request.session[ASKED] = form.cleaned_data["text"]
        return redirect("admin:people")
    ids = records_like(form.cleaned_data["text"], MOST + 1) if is_asked else []
    context = {
        **admin.site.each_context(request),
        "title": "People",
        "sees_people": may_see,
        "form": form,
        "is_asked": is_asked,
        "found": people_of(ids[:MOST]),
        "are_more": len(ids) > MOST,
        "most": MOST,
    }
    return TemplateResponse(request, "sync/people.html", context)


def in_palette(request: HttpRequest, text: str) -> list[SearchResult]:
    """For Unfold's palette, which asks with each letter and in the address: it leads to the page,
    and looks for nobody."""
    if not text.strip() or not (request.user.has_perm(MAY_LOOK) and sees_people(request.user)):
        return []
    return [
        SearchResult(
            title="People",
            description="Search for a person by name, e-mail address or phone number",
            link=reverse("admin:people"),
            icon="person_search",
        )
    ]


def people_of(ids: Iterable[int]) -> list[Found]:
    """Those whom the records are about, in their order, with all their contacts."""
    first = list(ids)
    groups = together(first)
    everybody = {id for group in groups for id in group}
    rows = Record.objects.filter(pk__in=everybody).select_related("container__account")
    records = {row.pk: row for row in rows.defer("raw", "stamps", "pending", "overwritten")}
    standings = list(
        SyncRecord.objects.filter(sync_records_of(everybody))
        .select_related("connection")
        .only("connection__name", "state", "a", "b")
        .order_by("connection__name", "pk")
    )
    return [_found(_first_of(first, group), group, records, standings) for group in groups]


def _data(request: HttpRequest) -> Any:
    """What was asked before is asked again."""
    if request.method == "POST":
        return request.POST
    asked = request.session.get(ASKED)
    return {"text": asked} if asked else None


def _first_of(ids: Sequence[int], group: frozenset[int]) -> int:
    return next(id for id in ids if id in group)


def _found(
    first: int,
    group: frozenset[int],
    records: dict[int, Record],
    standings: Iterable[SyncRecord],
) -> Found:
    mine = [records[first], *(records[id] for id in sorted(group - {first}))]
    texts = [text for record in mine if (it := contact_of(record)) for text in it.texts("emails")]
    return Found(
        record=first,
        name=str(mine[0]),
        addresses=list(dict.fromkeys(text.casefold() for text in texts)),
        places=[Place(sign_of_place(x.container), x.gone_at is not None) for x in mine],
        standings=[row for row in standings if {row.a_id, row.b_id} & group],
    )
