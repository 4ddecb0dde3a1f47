"""Pages that say why something is not shown, each with a way on; and the admin's sign-in."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render


def notice(request: HttpRequest, heading: str, text: str, *, status: int) -> HttpResponse:
    """Works at every address, signed in or not."""
    context = {**admin.site.each_context(request), "heading": heading, "text": text}
    return render(request, "connections/staff/notice.html", context, status=status)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    user = request.user
    if user.is_authenticated and not user.is_staff:
        return notice(
            request,
            "The desk is for staff",
            f"You are signed in as {user.get_username()}, who has no staff rights here. Ask a "
            "superuser to tick “Staff status” on your user's page, or sign out and come back as "
            "somebody else.",
            status=403,
        )
    return notice(
        request,
        "You may not do this",
        "Your role does not include it. A superuser can give you one that does, on your user's "
        "page.",
        status=403,
    )


def outdated_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What Django shows when the token against cross-site requests is not the session's."""
    return notice(
        request,
        "This page was out of date",
        "Nothing was done. That happens when you signed in or out in another tab since you "
        "opened it, or when the browser keeps no cookies. Go back, load the page again and "
        "repeat what you did.",
        status=403,
    )


@secure_admin_login
def admin_login(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """In place of Django's own form, which knows neither limits nor second factors: even for
    those who are signed in already, or a colleague's password would do to become him."""
    return redirect(get_next_redirect_url(request) or settings.LOGIN_REDIRECT_URL)
