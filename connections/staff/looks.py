"""What the pages of allauth need to look like the desk."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest

from connections.staff.enforcement import has_to_set_up

DESK, ENTRANCE = "connections/staff/desk.html", "allauth/layouts/entrance.html"


def of_the_desk(request: HttpRequest) -> dict[str, Any]:
    """A context processor. The admin's own pages bring this along."""
    if request.resolver_match is None or "admin" in request.resolver_match.namespaces:
        return {}
    held = has_to_set_up(request)
    in_the_desk = admin.site.has_permission(request) and not held
    return {
        **admin.site.each_context(request),
        "title": "How you sign in",
        "manage_layout": DESK if in_the_desk else ENTRANCE,
        "second_factor_missing": held,
        "sso_name": settings.OIDC_NAME if settings.OIDC_SERVER_URL else "",
    }
