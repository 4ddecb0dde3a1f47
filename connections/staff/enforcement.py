"""REQUIRE_SECOND_FACTOR: who has none is led to set one up before anything else works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect
from django.urls import reverse

#: Recovery codes alone are none: they are for when one of these is lost.
COUNTS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
#: The pages that setting up takes, and the way out.
OPEN = frozenset(
    {
        "mfa_index",
        "mfa_activate_totp",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "account_reauthenticate",
        "account_logout",
        "admin_logout",
    }
)


def has_to_set_up(request: HttpRequest) -> bool:
    """Who came by single sign-on in this session is exempt: the provider saw to it."""
    return (
        settings.REQUIRE_SECOND_FACTOR
        and request.user.is_authenticated
        and not is_mfa_enabled(request.user, COUNTS)
        and not any(
            record["method"] == "socialaccount"
            for record in get_authentication_records(request, request.user)
        )
    )


class RequireSecondFactor:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        match = request.resolver_match
        if (match and match.url_name in OPEN) or not has_to_set_up(request):
            return None
        place = reverse("mfa_index")
        if request.method in ("GET", "HEAD") and request.accepts("text/html") and _whole(request):
            return redirect(place)
        return HttpResponseForbidden(
            f"Set up a second factor first: {place}\n", content_type="text/plain"
        )


def _whole(request: HttpRequest) -> bool:
    """A page, and not a piece that a script of a page asks for."""
    return not any(name in request.headers for name in ("HX-Request", "X-Requested-With"))
