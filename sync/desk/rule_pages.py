"""What the pages of rules have in common. A rule is a part of its connection: who may look at the
one or change it may do so with the other."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern

from connections.models import Connection
from rules.editing import WrittenRule
from rules.models import Rule
from sync.desk.pages import ConnectionPages
from sync.desk.places import RULES
from sync.desk.rule_entry import stored_rule


class RulePages(ConnectionPages):
    """To be mixed into the admin of rules."""

    def get_urls(self) -> list[URLPattern]:
        """None of Django's own: rules are listed with their connection, and so is their history."""
        return []

    def has_module_permission(self, request: HttpRequest) -> bool:
        """They are reached by way of their connection."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may_look: bool = request.user.has_perm("connections.view_connection")
        return may_look or self.has_change_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed: bool = request.user.has_perm("connections.change_connection")
        return allowed

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request)

    def seen_rule(self, request: HttpRequest, pk: int) -> tuple[Connection, WrittenRule]:
        """For those who may look at it. Raises Http404 where it is not there (any more)."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = Rule.objects.filter(pk=pk).first()
        connection = self.seen(request, row.connection_id) if row else None
        rule = stored_rule(connection, str(pk)) if connection else None
        if connection is None or rule is None:
            raise Http404("There is no such rule. It may have been deleted.")
        return connection, rule

    def page_of_rule(
        self, request: HttpRequest, template: str, connection: Connection, context: dict[str, Any]
    ) -> HttpResponse:
        return self.page(
            request, template, connection, RULES, {"opts": Connection._meta, **context}
        )
