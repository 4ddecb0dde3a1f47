"""An app's door in allauth's words (docs.allauth.org, "Customizing providers").

allauth keeps the state and the proof key, builds the request, and checks what comes back. Its
providers also make logins; these do not: they are not registered, so that there is no address to
sign in by them, and a callback ends before a login would be made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.socialaccount.internal.statekit import unstash_state
from allauth.socialaccount.models import SocialApp, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter, OAuth2CallbackView
from django.http import HttpRequest

from connections.accounts import world
from connections.door.opening import callback_url, label
from connectors.door import Door
from connectors.errors import AskStaff
from connectors.tokens import TokenEndpoint


class AppProvider(OAuth2Provider):
    """``hint``: the identity that is meant, or empty."""

    def __init__(self, request: HttpRequest, door: Door, hint: str = "") -> None:
        self.id, self.name = f"door-{door.app}", label(door.app)
        self.door = door
        client_id, secret = door.client
        hinted = {door.hint: hint} if door.hint and hint else {}
        asked = {
            "scope": list(door.scopes),
            "auth_params": {**door.parameters, **hinted},
            "oauth_pkce_enabled": door.proof_key,
        }
        app = SocialApp(provider=self.id, client_id=client_id, secret=secret, settings=asked)
        super().__init__(request, app=app)

    def get_oauth2_adapter(self, request: HttpRequest) -> AppAdapter:
        return AppAdapter(request, self)


class AppClient(OAuth2Client):
    """Asks for the token through our own session, which names faults by their remedy, follows no
    redirect with the secret, and tells nobody what it heard."""

    def get_access_token(
        self, code: str, pkce_code_verifier: str | None = None, extra_data: object = None
    ) -> Mapping[str, Any]:
        endpoint = TokenEndpoint(
            world(), self.access_token_url, self.consumer_key, self.consumer_secret
        )
        return endpoint.exchange(code, self.callback_url, pkce_code_verifier or "")


class AppAdapter(OAuth2Adapter):
    client_class = AppClient

    def __init__(self, request: HttpRequest, provider: AppProvider) -> None:
        super().__init__(request)
        self._provider = provider
        self.provider_id = provider.id
        self.authorize_url = provider.door.authorize_url
        self.access_token_url = provider.door.token_url

    def get_provider(self) -> AppProvider:
        return self._provider

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return callback_url(request, self._provider.door.app)

    def parse_token(self, data: Mapping[str, Any]) -> SocialToken:
        """What came is the door's to read."""
        return SocialToken()

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> None:
        raise _Told(kwargs["response"])


class _Told(Exception):
    """Ends allauth's callback before it would make a login of the app's answer."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        super().__init__("The app has answered.")
        self.answer = answer


class _Callback(OAuth2CallbackView):
    def __init__(self, request: HttpRequest, adapter: AppAdapter) -> None:
        self.request, self.adapter = request, adapter


def told(request: HttpRequest, provider: AppProvider) -> Mapping[str, Any]:
    """The app's answer to the code that this request brought: a token. Raises AppError."""
    try:
        _Callback(request, AppAdapter(request, provider)).dispatch(request)
    except _Told as ending:
        return ending.answer
    raise AskStaff(f"{provider.name} sent back something that does not fit.", "Authorise again.")


def forget(request: HttpRequest, provider: AppProvider, state: str) -> None:
    """What allauth keeps for a callback that did not get as far as that: the proof key."""
    unstash_state(request, provider_id=provider.sub_id, state_id=state)
