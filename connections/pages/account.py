"""Accounts: each is authorised at a page of its app, or by credentials that go in and are never
shown again."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin
from unfold.decorators import display

from connections.authorise import Answer, ask, keep, refresh_containers
from connections.forms.account import field_name, form_for, specs_of
from connections.going_on import ours, with_account
from connections.models import Account, Container
from connections.pages.account_standing import (
    CONDITION_LABEL,
    ByCondition,
    Condition,
    with_standing,
)
from connections.pages.authorising import account_page, adding_page, app_cards, app_of, is_open
from connections.pages.deleting import without_contents
from connectors.errors import AppError


class AccountAdmin(ModelAdmin):
    list_display = ["name", "app", "identity_name", "standing", "used_by", "since"]
    list_filter = ["app", ByCondition]
    search_fields = ["name", "identity_name"]
    search_help_text = "A name, or who it is signed in as"
    actions = None
    when_empty = "An account is a login at an app. Add one for each app that you want to connect."
    change_form_outer_before_template = "connections/account.html"

    def get_ordering(self, request: HttpRequest) -> list[str]:
        """Django asks for filters of other lists as well, whose rows have no condition."""
        here = request.resolver_match
        is_list = here is not None and here.url_name == "connections_account_changelist"
        return ["condition", "name"] if is_list else ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        # Django's own would order before the annotation, by which it is ordered.
        rows = with_standing(Account.objects.all(), timezone.now())
        return rows.order_by(*self.get_ordering(request))

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """No address asks letter by letter what is kept of credentials, encrypted as it is."""
        of_credentials = lookup.startswith(("sealed", "renewed"))
        return not of_credentials and super().lookup_allowed(lookup, value, request)

    @display(description="Condition", label=CONDITION_LABEL, ordering="condition")
    def standing(self, account: Any) -> str:
        return Condition(account.condition).label

    @display(description="Used by", ordering="uses")
    def used_by(self, account: Any) -> str:
        number = account.uses
        return _unbroken(f"{number} connection{'' if number == 1 else 's'}" if number else "–")

    @display(description="Authorised", ordering="authorised_at")
    def since(self, account: Account) -> str:
        when = account.authorised_at
        return _unbroken(timezone.localtime(when).strftime("%Y-%m-%d") if when else "–")

    def get_fieldsets(self, request: HttpRequest, obj: Account | None = None) -> Any:
        app = obj.app if obj else app_of(request)
        by_hand: dict[str, Any] = {
            "fields": [field_name(app, spec) for spec in specs_of(app)],
            "description": "Kept encrypted and tried at the app when you save. "
            "What is secret is never shown again.",
        }
        if not _is_by_hand(request, obj):
            by_hand["classes"] = ["collapse"]
        if obj is None:
            by_hand["fields"].insert(0, "name")
            by_hand["classes"] = [*by_hand.get("classes", []), "desk-by-hand"]
            return [("Or enter credentials yourself" if is_open(app) else "Credentials", by_hand)]
        parts: list[tuple[str | None, dict[str, Any]]] = [(None, {"fields": ["name"]})]
        if self.has_change_permission(request, obj):
            parts.append(("Enter other credentials", by_hand))
        return parts

    def get_form(
        self, request: HttpRequest, obj: Account | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = form_for(obj.app if obj else app_of(request), getattr(request, "answer", None))
        return super().get_form(request, obj, change, form=form, **kwargs)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        if object_id is None and not app_of(request):
            return self._choose_app(request)
        account = self.get_object(request, unquote(object_id)) if object_id else None
        if object_id and account is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        if request.method == "POST":
            self._ask_the_app(request, account)
        context = {
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
            **(account_page(account, request) if account else adding_page(request)),
            **(extra_context or {}),
        }
        return super().changeform_view(request, object_id, form_url, context)

    def _choose_app(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "At which app is the account?",
            "opts": self.opts,
            "apps": app_cards(),
        }
        return TemplateResponse(request, "connections/apps.html", context)

    def _ask_the_app(self, request: HttpRequest, account: Account | None) -> None:
        """Before the transaction in which Django's view validates and saves."""
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
            keep(obj, form.credentials, form.answer, by=cast(User, request.user))
        # What runs under way write into the row meanwhile stays.
        obj.save(update_fields=["name"])

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> Any:
        """On to its page, which lists what can be connected, or back to what asked for it."""
        if way_back := ours(request.GET.get("next", "")):
            messages.success(request, f"Account {obj} is connected.")
            return redirect(with_account(way_back, obj))
        if not self.has_view_or_change_permission(request, obj):
            return super().response_add(request, obj, post_url_continue)
        messages.success(request, f"Account {obj} is connected.")
        return redirect("admin:connections_account_change", obj.pk)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Containers and what we mirrored of them go with their account."""
        found, counts, missing, protected = super().get_deleted_objects(objs, request)
        may_go = missing - {Container._meta.verbose_name}
        return without_contents(found), counts, may_go, protected

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


def _unbroken(text: str) -> SafeString:
    return format_html('<span class="desk-nowrap">{}</span>', text)


def _is_by_hand(request: HttpRequest, account: Account | None) -> bool:
    """Are credentials what the page is about, or beside it?"""
    if request.method == "POST":
        return True
    if is_open(account.app if account else app_of(request)):
        return False
    return account is None or bool(account.attention)
