"""The review queue: what waits for a person, and many decisions in one go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from connections.models import Connection
from connections.rights import OPERATE, sees_people
from sync.by_hand import AGAIN
from sync.desk import verbs
from sync.desk.deciding import why_not, why_not_now
from sync.desk.decisions import FROM, asked_already, decided, place_in, tasks_of
from sync.desk.pages import ConnectionPages
from sync.desk.places import REVIEW, url_of
from sync.desk.review_cards import groups_of
from sync.desk.review_words import LABELS, NONE_OF, WAIT
from sync.models import Run
from sync.reviewing import CONFLICT, FAILED, Asked, number_of, part_of, rows_of, still_offered

PER_PAGE = 25
#: Counted up to so many, and so many are tried again at once.
MOST = 10_000
#: The button that takes all of a kind; answers stand in fields whose names begin so.
ALL, ANSWER = "_all", "answer"


@dataclass(frozen=True, slots=True)
class Kind:
    """``number``: how many there are, in words; "" where they are not counted beforehand."""

    label: str
    url: str
    number: str
    is_here: bool


class ReviewPages(ConnectionPages):
    def get_urls(self) -> list[URLPattern]:
        view, both = self.admin_site.admin_view, require_http_methods(["GET", "HEAD", "POST"])
        return [
            path("<int:pk>/reviews/", view(both(self.reviews_of)), name="connection_reviews"),
            *super().get_urls(),
        ]

    def reviews_of(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A POST carries the answers of one page."""
        if request.method == "POST":
            return self._decide(request, self.operated(request, pk))
        connection = self.seen(request, pk)
        numbers = {
            kind: number_of(connection, kind, MOST + 1) for kind in LABELS if kind != CONFLICT
        }
        waits = any(numbers[kind] for kind in WAIT)
        kind = _chosen(request.GET.get("kind", ""), numbers)
        if kind == CONFLICT:
            numbers[kind] = number_of(connection, kind, MOST + 1)
        start = place_in(request.GET)
        people = sees_people(request.user)
        items, following = part_of(connection, kind, start, PER_PAGE, by_name=people)
        groups = groups_of(connection, items, request.user)
        context = {
            "title": "To review",
            "waits": waits,
            "kinds": list(_kinds(connection, kind, numbers)),
            "groups": groups,
            "has_choices": any(card.choices for group in groups for card in group.cards),
            "none": NONE_OF[kind],
            "number": _counted(numbers[kind]),
            "earlier": _url(connection, kind, 0) if start else "",
            "later": _url(connection, kind, following) if following else "",
            "has_all": kind == FAILED,
            "why_not": why_not(connection, request.user, OPERATE),
        }
        return self.page(request, "sync/reviews.html", connection, REVIEW, context)

    def _decide(self, request: HttpRequest, connection: Connection) -> HttpResponse:
        if not sees_people(request.user):
            raise PermissionDenied
        if why := why_not_now(connection):
            messages.error(request, why)
            return redirect(request.get_full_path())
        is_all = request.POST.get(ALL) == AGAIN
        asked = _all_failed(connection) if is_all else _asked(request)
        under_way = asked_already(connection)
        offered = asked if is_all else still_offered(connection, asked)
        fresh = [answer for answer in offered if answer not in under_way]
        if not asked:
            messages.info(request, "No answer was chosen, so nothing was done.")
        elif late := len(asked) - len(fresh):
            messages.warning(request, _too_late(late))
        if not fresh:
            return redirect(request.get_full_path())
        for task in tasks_of(fresh):
            run = verbs.run(request, connection, Run.Kind.BY_HAND, task=task)
        return redirect(verbs.page_of(run))


def _all_failed(connection: Connection) -> list[Asked]:
    rows = rows_of(connection, FAILED).order_by("pk")[:MOST]
    return [(AGAIN, pk) for pk in rows.values_list("pk", flat=True)]


def _asked(request: HttpRequest) -> list[Asked]:
    return decided(
        value
        for name in request.POST
        if name.startswith(ANSWER)
        for value in request.POST.getlist(name)
    )


def _too_late(number: int) -> str:
    what = "1 answer" if number == 1 else f"{number} answers"
    return (
        f"{what} came too late: somebody else has decided meanwhile, or the contacts changed. "
        "What waits now is shown here."
    )


# --- which part is shown ---


def _chosen(kind: str, numbers: Mapping[str, int]) -> str:
    """The kind that was asked for, else the first of which there is one that waits."""
    if kind in LABELS:
        return kind
    return next((word for word in WAIT if numbers[word]), WAIT[0])


def _kinds(connection: Connection, here: str, numbers: Mapping[str, int]) -> Iterator[Kind]:
    for kind, label in LABELS.items():
        number = _counted(numbers[kind]) if kind in numbers else ""
        yield Kind(label, _url(connection, kind, 0), number, kind == here)


def _counted(number: int) -> str:
    return str(number) if number <= MOST else f"more than {MOST:,}"


def _url(connection: Connection, kind: str, start: int) -> str:
    query: dict[str, Any] = {"kind": kind, **({FROM: start} if start else {})}
    return f"{url_of(connection, REVIEW)}?{urlencode(query)}"
