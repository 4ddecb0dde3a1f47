"""Who comes in by single sign-on: colleagues that exist, are active, and are staff."""

from __future__ import annotations

import logging
from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest

from connections.staff.pages import notice
from connections.staff.sso import SingleSignOn, sso_app
from connectors.session import guarded

logger = logging.getLogger(__name__)

#: Seconds between two pieces of the provider's answer.
PATIENCE = 10.0


class StaffIdentities(DefaultSocialAccountAdapter):
    """No account at an app is a way in: there is one provider, or none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def list_apps(self, request: HttpRequest, *args: Any, **kwargs: Any) -> list[SocialApp]:
        app = sso_app()
        return [app] if app else []

    def list_providers(self, request: HttpRequest) -> list[SingleSignOn]:
        return [SingleSignOn(request, app=app) for app in self.list_apps(request)]

    def get_provider(
        self, request: HttpRequest, provider: str, client_id: str | None = None
    ) -> SingleSignOn:
        """The same for every name: links of a former provider can be taken away, too."""
        for found in self.list_providers(request):
            return found
        raise Http404("Single sign-on is not set up.")

    def get_requests_session(self) -> Any:
        return guarded(PATIENCE)

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Called when the provider has said who it is, before anything comes of it."""
        provider = sociallogin.provider
        if not isinstance(provider, SingleSignOn) or sociallogin.account.provider != (
            provider.sub_id
        ):
            _refuse(request, "Only single sign-on is a way in.")
        # Of no use to us, and allauth would keep it in the session while somebody proves
        # that he is who is signed in.
        sociallogin.token = None
        process = sociallogin.state.get("process")
        if process == AuthProcess.CONNECT:
            return
        if process != AuthProcess.LOGIN:
            _refuse(request, "Only signing in and linking are possible.")
        if sociallogin.is_existing:
            _check_rights(request, sociallogin.user)
            return
        colleague = _by_address(request, sociallogin)
        _check_rights(request, colleague)
        # Not by allauth's own EMAIL_AUTHENTICATION, which would take the password away from
        # everybody whom an administrator made (internal/flows/email_authentication.py).
        sociallogin.connect(request, colleague)


def _by_address(request: HttpRequest, sociallogin: SocialLogin) -> User:
    name = sociallogin.provider.name
    address = next((item for item in sociallogin.email_addresses if item.email), None)
    if address is None or not address.verified:
        _refuse(
            request,
            f"{name} does not say that your e-mail address is verified, so Accord does not know "
            "whose it is. Sign in with your password or passkey and link your identity under "
            "Single sign-on in the menu of your name.",
        )
    wanted = address.email.lower()
    # Both are in lower case (connections.staff.addresses). A comparison without case is the
    # database's, to which a dotless i may be an i.
    found = list(User.objects.filter(email=wanted))
    if len(found) != 1:
        _refuse(
            request,
            f"{name} knows you as {wanted}, an address that "
            + ("nobody has" if not found else "several people have")
            + " here. Ask a superuser to enter it on your user's page.",
        )
    if SocialAccount.objects.filter(user=found[0], provider=sociallogin.account.provider).exists():
        # An address that was given to a new colleague is not to open the former one's account.
        _refuse(
            request,
            f"Your user is linked to another identity at {name} already. Ask a superuser to "
            "unlink it on your user's page.",
        )
    return found[0]


def _check_rights(request: HttpRequest, user: User) -> None:
    if not user.is_active:
        _refuse(request, "Your user is deactivated. Ask a superuser to activate it again.")
    if not user.is_staff:
        _refuse(
            request,
            f"Your user, {user.get_username()}, has no staff rights here. Ask a superuser to "
            "tick “Staff status” on its page.",
        )


def _refuse(request: HttpRequest, why: str) -> NoReturn:
    logger.warning("Single sign-on was refused.")
    raise ImmediateHttpResponse(notice(request, "You are not signed in", why, status=403))
