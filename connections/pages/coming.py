"""Apps to come: what staff would like to sync next, and their votes for it."""

from __future__ import annotations

from typing import cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from connections.forms.wish import WishForm
from connections.votes import AppToCome, standing, take_back, vote, wish

MAY_VOTE = "connections.view_account"


def addresses() -> list[URLPattern]:
    """For Unfold's ``extra_urls``: a page of the admin that no ModelAdmin owns."""
    view = admin.site.admin_view(apps_to_come)
    return [path("connections/coming/", view, name="connections_coming")]


@require_http_methods(["GET", "HEAD", "POST"])
def apps_to_come(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm(MAY_VOTE):
        raise PermissionDenied
    form = WishForm(request.POST if "name" in request.POST else None)
    if request.method == "POST" and (not form.is_bound or form.is_valid()):
        _carry_out(request, form)
        return redirect("admin:connections_coming")
    user = cast(User, request.user)
    context = {
        **admin.site.each_context(request),
        "title": "Apps to come",
        "apps": standing(user),
        "form": form,
    }
    return TemplateResponse(request, "connections/coming.html", context)


def _carry_out(request: HttpRequest, form: WishForm) -> None:
    user = cast(User, request.user)
    if form.is_bound:
        _tell_of_vote(request, wish(user, form.cleaned_data["name"]))
    elif "back" in request.POST:
        app = take_back(user, request.POST["back"])
        if app and app.is_mine:
            messages.success(request, f"Your vote for {app.name} is taken back.")
    else:
        _tell_of_vote(request, vote(user, request.POST.get("vote", "")))


def _tell_of_vote(request: HttpRequest, app: AppToCome | None) -> None:
    """``app``: how it stood before."""
    if app is None:
        messages.warning(request, "That app is not in the list any more.")
    elif app.is_mine:
        messages.info(request, f"You have voted for {app.name} already.")
    else:
        messages.success(request, f"Your vote for {app.name} is counted.")
