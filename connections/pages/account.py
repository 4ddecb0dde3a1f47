"""Accounts: credentials go in, and are never shown again."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin
from unfold.decorators import display

from connections.authorise import Answer, ask, keep, refresh_containers
from connections.forms.account import field_name, form_for, specs_of
from connections.models import Account, Container
from connectors import registry
from connectors.errors import AppError

ATTENTION = {"needs attention": "danger", "in use": "success", "ready": "info"}


class AccountAdmin(ModelAdmin):
    list_display = ["name", "app", "identity_name", "condition"]
    search_fields = ["name", "identity_name"]
    actions = None
    change_form_outer_before_template = "connections/account.html"
    conditional_fields = {
        field_name(app, spec): f"app == '{app}'" for app in registry.APPS for spec in specs_of(app)
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        rows: QuerySet[Account] = super().get_queryset(request)
        return rows.annotate(
            uses=Count("containers__connections_as_a", distinct=True)
            + Count("containers__connections_as_b", distinct=True)
        )

    @display(description="Condition", label=ATTENTION)
    def condition(self, account: Any) -> str:
        if account.attention:
            return "needs attention"
        return "in use" if account.uses else "ready"

    def get_fieldsets(self, request: HttpRequest, obj: Account | None = None) -> Any:
        apps = [obj.app] if obj else list(registry.APPS)
        names = [field_name(app, spec) for app in apps for spec in specs_of(app)]
        if obj and not self.has_change_permission(request, obj):
            names = []
        shown = ["name", "app", *(["identity_name"] if obj else [])]
        parts: list[tuple[str | None, dict[str, Any]]] = [(None, {"fields": shown})]
        if names:
            parts.append(
                (
                    "Credentials",
                    {
                        "fields": names,
                        "description": "Kept encrypted and tried at the app when you save. "
                        "What is secret is never shown again.",
                    },
                )
            )
        return parts

    def get_readonly_fields(self, request: HttpRequest, obj: Account | None = None) -> list[str]:
        return ["identity_name"] if obj else []

    def get_form(
        self, request: HttpRequest, obj: Account | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = form_for(obj.app if obj else "", getattr(request, "answer", None))
        return super().get_form(request, obj, change, form=form, **kwargs)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        if request.method == "POST":
            self._ask_the_app(request, object_id)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _ask_the_app(self, request: HttpRequest, object_id: str | None) -> None:
        """Before the transaction in which Django's view validates and saves."""
        account = self.get_object(request, unquote(object_id)) if object_id else None
        allowed = (
            self.has_change_permission(request, account)
            if account
            else self.has_add_permission(request)
        )
        if not allowed:
            raise PermissionDenied
        form = self.get_form(request, account, change=account is not None)(
            request.POST, instance=account
        )
        if form.is_valid() and form.wants_an_answer():
            try:
                answer: Answer | AppError = ask(form.instance, form.credentials)
            except AppError as error:
                answer = error
            cast(Any, request).answer = answer

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        if isinstance(form.answer, Answer):
            keep(obj, form.credentials, form.answer)
        else:
            obj.save()

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Containers and what we mirrored of them go with their account."""
        found, counts, missing, protected = super().get_deleted_objects(objs, request)
        return found, counts, missing - {Container._meta.verbose_name}, protected

    def get_urls(self) -> list[URLPattern]:
        look = require_POST(self.admin_site.admin_view(self.look_for_containers))
        name = "connections_account_containers"
        return [path("<int:pk>/containers/", look, name=name), *super().get_urls()]

    def look_for_containers(self, request: HttpRequest, pk: int) -> HttpResponse:
        account = get_object_or_404(Account, pk=pk)
        if not self.has_change_permission(request, account):
            raise PermissionDenied
        try:
            number = refresh_containers(account)
        except AppError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{account} has {number} container(s).")
        return redirect("admin:connections_account_change", pk)
