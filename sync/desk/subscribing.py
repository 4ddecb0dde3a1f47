"""My notifications: of what one is told by mail. Everybody's own affair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from connections.models import Channel, Connection, Subscription

#: Who may look at connections may be told of them.
MAY_BE_TOLD = "connections.view_connection"


class SubscriptionForm(forms.ModelForm):
    class Meta:
        model = Subscription
        fields = ["everything", "connections", "digest"]


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told of a connection."""

    connection: Connection
    people: Sequence[str]
    channels: Sequence[str]


def addresses() -> list[URLPattern]:
    """A page of the admin that no table owns."""
    return [path("notifications/", admin.site.admin_view(notifications), name="notifications")]


@require_http_methods(["GET", "HEAD", "POST"])
def notifications(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    if not user.has_perm(MAY_BE_TOLD):
        raise PermissionDenied
    mine = Subscription.objects.filter(user=user).first() or Subscription(user=user)
    if request.method == "POST":
        form = SubscriptionForm(request.POST, instance=mine)
        if form.is_valid():
            form.save()
            messages.success(request, _said(form.cleaned_data))
        else:  # a connection that was deleted meanwhile
            messages.error(request, "Nothing was saved: a connection is not there any more.")
        return redirect("admin:notifications")
    chosen = set(mine.connections.values_list("pk", flat=True)) if mine.pk else set()
    context = {
        **admin.site.each_context(request),
        "title": "My notifications",
        "mine": mine,
        "offers": [(row, row.pk in chosen) for row in Connection.objects.all()],
        "address": user.email,
        "failures": settings.NOTIFY_AFTER_FAILURES,
        "hour": f"{settings.DIGEST_HOUR}:00",
        "told": _told() if user.has_perm("connections.change_connection") else [],
    }
    return TemplateResponse(request, "sync/notifications.html", context)


def _said(chosen: dict[str, Any]) -> str:
    if chosen["everything"]:
        return "You are told of every connection."
    number = len(chosen["connections"])
    if not number:
        return "You are told of no connection."
    return f"You are told of {number} connection{'' if number == 1 else 's'}."


def _told() -> list[Told]:
    people = Subscription.objects.filter(user__is_active=True).select_related("user")
    people = people.prefetch_related("connections").order_by("user__username")
    rooms = list(Channel.objects.filter(on=True).prefetch_related("connections"))
    return [
        Told(
            row,
            [x.user.get_username() for x in people if _wants(x, row)],
            [x.name for x in rooms if _wants(x, row)],
        )
        for row in Connection.objects.all()
    ]


def _wants(who: Subscription | Channel, connection: Connection) -> bool:
    return who.everything or connection in who.connections.all()
