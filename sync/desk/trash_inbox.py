"""The Trash inbox: contacts that may be deleted, and the two steps in which that is done. Nothing
else ever deletes one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from connections.models import Connection
from connections.rights import DELETE_PEOPLE, sees_people
from sync.desk import verbs
from sync.desk.deciding import why_not, why_not_now
from sync.desk.decisions import FROM, asked_already, place_in
from sync.desk.pages import ConnectionPages
from sync.desk.places import TRASH, url_of
from sync.desk.side_by_side import SideBySide, side_by_side
from sync.desk.side_signs import SideSign, signs_of
from sync.models import Run
from sync.reviewing import Who
from sync.trash import Thrown, part_of_trash, trash_of

PER_PAGE = 50
#: In a form the contacts that are chosen, each by its sync record and side.
CHOSEN = "chosen"
_CHOICE = re.compile(r"(\d{1,18})-([ab])")
DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Line:
    """``value``: in a form; ``url``: of the person; ``beside``: what it holds, and its counterpart
    as last seen; ``asked``: the run that is to delete it."""

    value: str
    name: str
    address: str
    sign: SideSign
    why: str
    url: str
    beside: SideBySide | None
    asked: Run | None


class TrashPages(ConnectionPages):
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/trash/",
                view(require_http_methods(["GET", "HEAD", "POST"])(self.trash_of)),
                name="connection_trash",
            ),
            path(
                "<int:pk>/trash/delete/",
                view(require_POST(self.delete_chosen)),
                name="connection_trash_delete",
            ),
            *super().get_urls(),
        ]

    def trash_of(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A POST asks whether those that were chosen are the ones that are meant."""
        if request.method == "POST":
            return self._ask(request, self._deleted(request, pk))
        connection = self.seen(request, pk)
        start = place_in(request.GET)
        people = sees_people(request.user)
        items, following = part_of_trash(connection, start, PER_PAGE, by_name=people)
        context = {
            "title": "Trash",
            "lines": _lines(connection, items, with_people=people),
            "is_first": not start,
            "later": f"?{FROM}={following}" if following else "",
            "why_not": why_not(connection, request.user, DELETE_PEOPLE),
        }
        return self.page(request, "sync/trash.html", connection, TRASH, context)

    def _ask(self, request: HttpRequest, connection: Connection) -> HttpResponse:
        items = _chosen(request, connection)
        if not items:
            return redirect(request.get_full_path())
        lines = _lines(connection, items, with_people=True)
        lines.sort(key=lambda line: line.sign.side)
        by_side = [(sign, list(part)) for sign, part in groupby(lines, lambda line: line.sign)]
        what = "this contact" if len(lines) == 1 else f"these {len(lines)} contacts"
        context = {"title": f"Delete {what}?", "what": what, "by_side": by_side}
        return self.page(request, "sync/trash_confirm.html", connection, TRASH, context)

    def delete_chosen(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Says yes to that page."""
        connection = self._deleted(request, pk)
        if why := why_not_now(connection):
            messages.error(request, why)
            return redirect(url_of(connection, TRASH))
        items = _chosen(request, connection)
        if not items:
            return redirect(url_of(connection, TRASH))
        task = {DELETE: [item.key for item in items]}
        return redirect(verbs.page_of(verbs.run(request, connection, Run.Kind.BY_HAND, task=task)))

    def _deleted(self, request: HttpRequest, pk: int) -> Connection:
        """The connection, for those who may delete contacts, and see which."""
        if not (request.user.has_perm(DELETE_PEOPLE) and sees_people(request.user)):
            raise PermissionDenied
        return self.seen(request, pk)


def _chosen(request: HttpRequest, connection: Connection) -> list[Thrown]:
    """Those of the chosen that are in the inbox still; says so where others are not."""
    asked = dict.fromkeys(map(_key, request.POST.getlist(CHOSEN)))
    if not asked:
        messages.info(request, "Nobody was chosen, so nothing was deleted.")
        return []
    under_way = asked_already(connection)
    inbox = trash_of(connection, {pk for pk, _ in asked})
    found = [x for x in inbox if x.key in asked and (DELETE, x.key) not in under_way]
    if late := len(asked) - len(found):
        who = "1 contact is" if late == 1 else f"{late} contacts are"
        messages.warning(
            request, f"{who} not in the inbox any more: somebody has deleted or kept them."
        )
    return found


def _key(value: str) -> tuple[int, str]:
    found = _CHOICE.fullmatch(value)
    if found is None:
        raise BadRequest("This is no contact of the Trash inbox.")
    return int(found[1]), found[2]


def _lines(connection: Connection, items: Sequence[Thrown], *, with_people: bool) -> list[Line]:
    return list(_told(connection, items) if with_people else _hidden(connection, items))


def _told(connection: Connection, items: Sequence[Thrown]) -> Iterator[Line]:
    signs, under_way = signs_of(connection), asked_already(connection)
    region = connection.region or settings.DEFAULT_REGION
    for item in items:
        people = [Who(item.side, item.view)]
        if item.opposite:
            people.append(Who("b" if item.side == "a" else "a", item.opposite))
        yield Line(
            f"{item.row.pk}-{item.side}",
            item.row.title or "(without a name)",
            "".join(item.view.emails[:1]),
            signs[item.side],
            item.why,
            reverse("admin:person", args=[item.view.id]),
            side_by_side(people, signs, {}, region),
            under_way.get((DELETE, item.key)),
        )


def _hidden(connection: Connection, items: Sequence[Thrown]) -> Iterator[Line]:
    signs = signs_of(connection)
    for item in items:
        name = f"Contact {item.row.pk}"
        yield Line("", name, "", signs[item.side], item.why, "", None, None)
