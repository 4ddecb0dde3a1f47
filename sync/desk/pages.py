"""What all pages of one connection have in common: who may, where in the set-up it is, and the
frame around it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin

from connections.models import Connection
from connections.rights import OPERATE, sees_people
from sync.desk.places import places


class ConnectionPages(ModelAdmin):
    """To be mixed into the admin of connections."""

    def seen(self, request: HttpRequest, pk: int) -> Connection:
        """The connection, for those who may look at it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(_rows(), pk=pk)

    def changed(self, request: HttpRequest, pk: int) -> Connection:
        """The connection, for those who may change it."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        return get_object_or_404(_rows(), pk=pk)

    def operated(self, request: HttpRequest, pk: int) -> Connection:
        """The connection, for those who may sync, start and pause it."""
        if not (self.has_view_permission(request) and request.user.has_perm(OPERATE)):
            raise PermissionDenied
        return get_object_or_404(_rows(), pk=pk)

    def page(
        self,
        request: HttpRequest,
        template: str,
        connection: Connection,
        here: str,
        context: dict[str, Any],
    ) -> HttpResponse:
        """``template`` extends ``sync/of_connection.html``; ``here``: a word of ``places``."""
        around = {**self.admin_site.each_context(request), **frame(request, connection, here)}
        return TemplateResponse(request, template, {**around, "opts": self.opts, **context})


def frame(request: HttpRequest, connection: Connection, here: str) -> dict[str, Any]:
    """What ``sync/of_connection.html`` and ``sync/places.html`` need."""
    return {
        "original": connection,
        "desk": connection,
        "is_draft": connection.state == Connection.State.DRAFT,
        "places": places(connection, here),
        "may_change": request.user.has_perm("connections.change_connection"),
        "may_operate": request.user.has_perm(OPERATE),
        "sees_people": sees_people(request.user),
    }


def _rows() -> QuerySet[Connection]:
    return Connection.objects.select_related("a__account", "b__account")
