"""Admin pages of the packages we stand on: shown in our looks, or not at all."""

from __future__ import annotations

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from connections.staff.user_page import SignInOfUsers

#: Of these nothing is for people: the queue is only a bell, and tokens and the secrets of second
#: factors are never shown.
HIDDEN = ("django_q", "account", "socialaccount", "mfa")


class OurUserAdmin(SignInOfUsers, UserAdmin, ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


class OurGroupAdmin(GroupAdmin, ModelAdmin):
    pass


def hide() -> None:
    for label in HIDDEN:
        for model in apps.get_app_config(label).get_models(include_auto_created=True):
            if admin.site.is_registered(model):
                admin.site.unregister(model)
