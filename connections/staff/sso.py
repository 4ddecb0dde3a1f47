"""Single sign-on: the one OpenID provider that the operator has set (OIDC_… settings)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from connections.leaving import led_out

#: Stands in the address that the provider sends people back to, which is registered there.
ID = "sso"
#: What the flow needs of the provider's configuration (OpenID Connect Discovery 1.0 §3).
NEEDED = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


def sso_app() -> SocialApp | None:
    """From the settings, never from the database: who could write there would add a way in."""
    if not settings.OIDC_SERVER_URL:
        return None
    return SocialApp(
        provider=OpenIDConnectProvider.id,
        provider_id=ID,
        name=settings.OIDC_NAME,
        client_id=settings.OIDC_CLIENT_ID,
        secret=settings.OIDC_CLIENT_SECRET,
        settings={"server_url": settings.OIDC_SERVER_URL},
    )


class Flow(OpenIDConnectOAuth2Adapter):
    @property
    def openid_config(self) -> dict[str, Any]:
        """A provider that is away or answers with nonsense is a page that says so. allauth asks
        outside of where it catches, so that it would be an error of ours."""
        try:
            found: dict[str, Any] = super().openid_config
            _check(found)
        except (OSError, ValueError, AttributeError, OAuth2Error) as error:
            raise ImmediateHttpResponse(
                render_authentication_error(self.request, self.get_provider(), exception=error)
            ) from None
        return found


def _check(found: Mapping[str, Any]) -> None:
    """The issuer must be the address that we asked (Discovery §4.3), or one provider could
    speak for another. Auth0's has a slash in the end which people do not type."""
    if str(found.get("issuer", "")).rstrip("/") != settings.OIDC_SERVER_URL:
        raise OAuth2Error("The configuration of another issuer.")
    if not all(isinstance(found.get(name), str) for name in NEEDED):
        raise OAuth2Error("The configuration is not complete.")


class SingleSignOn(OpenIDConnectProvider):
    """``data`` is ``{"userinfo": claims, "id_token": claims}``."""

    oauth2_adapter_class = Flow

    @property
    def sub_id(self) -> str:
        """Who somebody is, is issuer *and* subject (OpenID Connect Core 1.0 §2). With a constant
        here, number 2 of a new provider would be signed in as number 2 of the former."""
        server: str = self.app.settings["server_url"]
        return server

    def extract_uid(self, data: Mapping[str, Any]) -> str:
        told = [data.get(part) for part in ("id_token", "userinfo")]
        subjects = [claims.get("sub") if isinstance(claims, dict) else None for claims in told]
        if not subjects[0] or subjects[0] != subjects[1]:  # Core §5.3.2
            raise OAuth2Error("The ID token is missing, or is about somebody else.")
        return str(subjects[0])

    def extract_extra_data(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Only what tells people which identity it is."""
        claims = data["userinfo"]
        return {name: claims[name] for name in ("email", "name") if name in claims}

    def extract_email_addresses(self, data: Mapping[str, Any]) -> list[EmailAddress]:
        claims = data["userinfo"]
        if "email" not in claims:
            return []
        # Amazon Cognito says "true" and "false" in words (docs.aws.amazon.com/cognito/latest/
        # developerguide/userinfo-endpoint.html), and any word is true to Python.
        verified = claims.get("email_verified") in (True, "true")
        return [EmailAddress(email=str(claims["email"]), verified=verified)]


def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    out: HttpResponse = OAuth2LoginView.adapter_view(_flow(request, provider_id))(request)
    return led_out(request, out, settings.OIDC_NAME)


def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    response: HttpResponse = OAuth2CallbackView.adapter_view(_flow(request, provider_id))(request)
    return response


def _flow(request: HttpRequest, provider_id: str) -> Flow:
    if provider_id != ID or sso_app() is None:
        raise Http404("Single sign-on is not set up.")
    return Flow(request, provider_id)
