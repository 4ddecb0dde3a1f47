"""Admin pages of the packages we stand on: shown in our looks, or not at all."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import ManyToManyField
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from connections.staff.user_page import SignInOfUsers
from sync.desk.roles import in_words
from sync.models import Erasure, Export, Run, Step

#: Of these nothing is for people: the queue is only a bell, and tokens and the secrets of second
#: factors are never shown.
HIDDEN = ("django_q", "account", "socialaccount", "mfa")
RIGHTS_CSS = {"all": ["sync/rights.css"]}
HELP = {
    "is_active": "Untick it instead of deleting the user: who is named in the audit log stays.",
    "is_staff": "Without it nobody gets past the sign-in.",
    "is_superuser": "May do everything, and alone manages users and roles.",
}


class OurUserAdmin(SignInOfUsers, UserAdmin, ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    filter_horizontal = ["user_permissions"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("What this person may do", {"fields": ["is_active", "is_staff", "groups"]}),
        ("Who it is", {"fields": ["first_name", "last_name", "email"]}),
        (
            "Single rights, beside those of the roles",
            {"fields": ["is_superuser", "user_permissions"], "classes": ["collapse"]},
        ),
        ("Dates", {"fields": ["last_login", "date_joined"], "classes": ["collapse"]}),
    ]

    class Media:
        css: ClassVar = RIGHTS_CSS
        js = ("sync/chooser.js",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes whom the audit log names: it would not know any more who it was."""
        allowed: bool = super().has_delete_permission(request, obj)
        return allowed and not (obj and _is_in_the_log(obj))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            return _of_roles(db_field)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name in HELP:
            field.help_text = HELP[db_field.name]
        return field


class OurGroupAdmin(GroupAdmin, ModelAdmin):
    class Media:
        css: ClassVar = RIGHTS_CSS
        js = ("sync/chooser.js",)


def _is_in_the_log(user: User) -> bool:
    rows = (
        Step.objects.filter(by=user),
        Run.objects.filter(requested_by=user),
        Export.objects.filter(by=user),
        Erasure.objects.filter(by=user),
    )
    return any(found.exists() for found in rows)


def _of_roles(groups: ManyToManyField[Any, Any]) -> Any:
    """All to be ticked at once; a role is chosen by what it allows."""
    field: Any = groups.formfield(
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        label="Roles",
        help_text="Groups beside these can be made under Groups.",
    )
    field.queryset = Group.objects.order_by("pk")
    field.label_from_instance = in_words
    return field


def hide() -> None:
    for label in HIDDEN:
        for model in apps.get_app_config(label).get_models(include_auto_created=True):
            if admin.site.is_registered(model):
                admin.site.unregister(model)
