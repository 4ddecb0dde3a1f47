"""The authorization endpoint (RFC 6749 §4.1.1, §4.1.2): a person is asked, and answers."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from connectors.sandbox.oauth.clients import Client, Clients, Code
from connectors.sandbox.oauth.page import consent_page, refusal_page
from connectors.sandbox.oauth.rules import OAuthQuirks, Rules
from connectors.sandbox.web import Answer, Request, Stop, as_html, redirect

if TYPE_CHECKING:
    from connectors.sandbox.stand_in import StandIn

_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that the app shows to a person. ``scopes``: in the app's spelling."""

    client: Client
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    implicit: bool
    hint: str

    def back(self, told: Mapping[str, str]) -> Answer:
        """To the client, with the state as it came, if one came."""
        state = {} if self.state is None else {"state": self.state}
        # RFC 6749 §4.2.2: tokens themselves go where no server sees them.
        mark = "#" if self.implicit else "&" if "?" in self.redirect_uri else "?"
        return redirect(f"{self.redirect_uri}{mark}{urlencode({**told, **state})}")


class Authorising:
    def __init__(
        self,
        stand_in: StandIn,
        clients: Clients,
        rules: Rules,
        quirks: Callable[[], OAuthQuirks],
    ) -> None:
        self._stand_in = stand_in
        self._clients = clients
        self._rules = rules
        self._quirks = quirks

    def ask(self, request: Request) -> Answer:
        asked = self._asked(request)
        accounts = self._stand_in.accounts.all()
        hinted = self._stand_in.accounts.of(asked.hint) if asked.hint else None
        first = accounts[0].id if accounts else ""
        return self._page(asked, hinted.id if hinted else first)

    def decide(self, request: Request) -> Answer:
        asked = self._asked(request)
        if request.field("answer") != "allow":
            return asked.back({"error": "access_denied"})
        granted = self._granted(asked, request.form.get("scope", []))
        if asked.scopes and not granted:
            return asked.back({"error": "access_denied"})
        account, email = request.field("account"), request.field("email").strip()
        # Who types an address means that one, whatever is still ticked above it.
        account = "" if email else account
        if account and self._stand_in.accounts.get(account) is None:
            return self._page(asked, "", "This account is not here any more.")
        if not account and not _ADDRESS.fullmatch(email):
            return self._page(asked, "", "Enter the email address of the account.")
        account = account or self._stand_in.open_account(email)
        return self._allowed(asked, account, " ".join(granted), request)

    def _asked(self, request: Request) -> _Asked:
        """Raises Stop with a page where the client did not ask as it should: nobody is sent to an
        address that may be a stranger's, and these apps do not send the other faults back."""
        client = self._clients.get(request.one("client_id"))
        if client is None:
            raise self._refused("invalid_client", "The OAuth client was not found.", 401)
        redirect_uri = request.one("redirect_uri")
        if not client.redirects_to(redirect_uri):
            raise self._refused(
                "redirect_uri_mismatch", f"{redirect_uri or 'None'} is no address of this client."
            )
        kinds = ("code", "token") if self._rules.implicit else ("code",)
        if request.one("response_type") not in kinds:
            raise self._refused("unsupported_response_type", f"It is {' or '.join(kinds)}.")
        if self._rules.pkce:
            self._check_challenge(request)
        state = request.one("state") if "state" in request.query else None
        return _Asked(
            client,
            redirect_uri,
            self._scopes(request.one("scope")),
            state,
            request.one("response_type") == "token",
            request.one("login_hint"),
        )

    def _scopes(self, text: str) -> tuple[str, ...]:
        rules = self._rules
        scopes = tuple(dict.fromkeys(rules.spellings.get(name, name) for name in text.split()))
        if rules.requires_scope and not scopes:
            raise self._refused("invalid_request", "Missing required parameter: scope")
        unknown = [scope for scope in scopes if rules.scopes and scope not in rules.scopes]
        if unknown:
            raise self._refused(
                "invalid_scope", f"Some requested scopes were invalid: {', '.join(unknown)}"
            )
        return scopes

    def _check_challenge(self, request: Request) -> None:
        challenge, method = request.one("code_challenge"), request.one("code_challenge_method")
        if not challenge and not method:
            return
        if method not in ("", "plain", "S256") or not _CHALLENGE.fullmatch(challenge):
            raise self._refused("invalid_request", "Code challenge or its method is not valid.")

    def _granted(self, asked: _Asked, ticked: list[str]) -> list[str]:
        rules = self._rules
        granted = [
            scope
            for scope in asked.scopes
            if not rules.granular or scope in rules.basic or scope in ticked
        ]
        # Google adds it wherever an address or a profile is granted.
        if "openid" in rules.basic and rules.basic.intersection(granted):
            granted = list(dict.fromkeys([*granted, "openid"]))
        return granted

    def _allowed(self, asked: _Asked, account: str, scope: str, request: Request) -> Answer:
        quirks, (mark, access, _) = self._quirks(), self._rules.prefixes
        if asked.implicit:
            grant = self._stand_in.tokens.issue(
                account,
                scope,
                quirks.lifetime,
                access=access + secrets.token_urlsafe(24),
                client=asked.client.id,
            )
            return asked.back({"access_token": grant.access, "token_type": "bearer"})
        offline = not self._rules.offline or request.one("access_type") == "offline"
        code = Code(
            id=mark + secrets.token_urlsafe(24),
            client=asked.client.id,
            redirect_uri=asked.redirect_uri,
            account=account,
            scope=scope,
            challenge=request.one("code_challenge") if self._rules.pkce else "",
            method=request.one("code_challenge_method", "plain"),
            offline=offline and quirks.refreshes,
            again=not self._rules.offline or "consent" in request.one("prompt").split(),
            ends=self._stand_in.now().timestamp() + quirks.code_lifetime,
        )
        self._clients.keep(code)
        return asked.back({"code": code.id} | ({"scope": scope} if self._rules.granular else {}))

    def _page(self, asked: _Asked, chosen: str, fault: str = "") -> Answer:
        rules = self._rules
        others = [scope for scope in asked.scopes if scope not in rules.basic]
        return as_html(
            consent_page(
                self._stand_in.label,
                self._stand_in.accent,
                asked.client.asker,
                self._stand_in.accounts.all(),
                chosen,
                [rules.scopes[scope] for scope in asked.scopes if scope in rules.basic],
                [(scope, rules.scopes.get(scope, scope)) for scope in others],
                rules.granular,
                fault,
            ),
            400 if fault else 200,
        )

    def _refused(self, error: str, text: str, status: int = 400) -> Stop:
        page = refusal_page(self._stand_in.label, self._stand_in.accent, error, text)
        return Stop(as_html(page, status))
