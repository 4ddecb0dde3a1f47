"""In what the apps differ when people sign in (RFC 6749), and what of it is a switch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from connectors.sandbox.accounts import Account
from connectors.sandbox.tokens import Grant

#: What an app tells of the account behind a token: of account, scopes, URL of the stand-in.
Profile = Callable[[Account, frozenset[str], str], Mapping[str, Any]]


def _rfc6749(grant: Grant) -> dict[str, Any]:
    told: dict[str, Any] = {"access_token": grant.access, "token_type": "bearer"}
    told |= {"expires_in": int(grant.lifetime)} if grant.lifetime else {}
    return told | ({"refresh_token": grant.refresh} if grant.refresh else {})


def _google(grant: Grant) -> dict[str, Any]:
    return {**_rfc6749(grant), "scope": grant.scope, "token_type": "Bearer"}


def _mailchimp(grant: Grant) -> dict[str, Any]:
    # github.com/requests/requests-oauthlib/issues/169: for ever is spelt 0, and there is no type.
    return {"access_token": grant.access, "expires_in": 0, "scope": None}


@dataclass(frozen=True, slots=True)
class OAuthQuirks:
    """May be replaced at any time (``stand_in.oauth.quirks``)."""

    #: Seconds that access tokens live; None is until they are revoked.
    lifetime: float | None = None
    #: Consent brings a refresh token (Google: where ``access_type=offline`` asks for one).
    refreshes: bool = False
    #: A refresh answer brings a new refresh token, and the old one is dead.
    rotates: bool = False
    #: Google projects in "Testing": grants of more than a basic profile end after seven days.
    testing: bool = False
    #: How many living refresh tokens an account may have with one client; the oldest dies. 0: any.
    refresh_tokens: int = 0
    #: Days after which a refresh token that nobody used is dead; 0: never.
    unused_days: int = 0
    #: Seconds in which a code must be exchanged.
    code_lifetime: int = 600


@dataclass(frozen=True, slots=True)
class Rules:
    """``scopes``: scope -> what the consent page says; empty: any, as named. ``basic``: scopes of
    signing in, which are no choice. ``spellings``: scope -> what it is called when granted.
    ``granular``: each other scope has a box to tick. ``profiles``: path -> what is told there to
    who shows an access token in the header's ``scheme``."""

    authorize: str
    token: str
    quirks: OAuthQuirks
    revoke: str = ""
    scopes: Mapping[str, str] = field(default_factory=dict)
    basic: frozenset[str] = frozenset()
    spellings: Mapping[str, str] = field(default_factory=dict)
    requires_scope: bool = False
    granular: bool = False
    #: Proof keys are heeded (RFC 7636); else ignored.
    pkce: bool = False
    #: ``access_type`` and ``prompt`` decide on a refresh token.
    offline: bool = False
    #: response_type=token, answered in the fragment.
    implicit: bool = False
    #: The token endpoint takes JSON beside forms, and GET.
    lenient: bool = False
    scheme: str = "Bearer"
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    #: The error and its text for a token that is not good, at ``profiles``.
    unauthorised: tuple[str, str] = ("invalid_token", "The access token is not valid.")
    #: The body of a successful token answer.
    told: Callable[[Grant], dict[str, Any]] = _rfc6749
    #: The error of the token endpoint where the redirect address is not that of the code.
    mismatch: str = "invalid_grant"
    #: How codes, access tokens and refresh tokens begin.
    prefixes: tuple[str, str, str] = ("", "", "")


_EMAIL = "https://www.googleapis.com/auth/userinfo.email"
_PROFILE = "https://www.googleapis.com/auth/userinfo.profile"


def _google_profile(account: Account, scopes: frozenset[str]) -> dict[str, Any]:
    given, _, family = account.name.partition(" ")
    names = {"name": account.name, "given_name": given, "family_name": family}
    told = {name: text for name, text in names.items() if text and _PROFILE in scopes}
    return told | ({"email": account.email} if _EMAIL in scopes else {})


def _userinfo_v2(account: Account, scopes: frozenset[str], home: str) -> dict[str, Any]:
    told = {"id": account.id, **_google_profile(account, scopes)}
    return told | ({"verified_email": True} if "email" in told else {})


def userinfo(account: Account, scopes: frozenset[str], home: str) -> dict[str, Any]:
    """OpenID Connect Core 1.0 §5.3, as Google has it; also what its id_token says."""
    told = {"sub": account.id, **_google_profile(account, scopes)}
    return told | ({"email_verified": True} if "email" in told else {})


def _metadata(account: Account, scopes: frozenset[str], home: str) -> dict[str, Any]:
    # A number that is always the same for an account, whatever its id looks like.
    number = crc32(account.id.encode())
    return {
        "dc": "us6",
        "role": "owner",
        "accountname": account.name or account.email,
        "user_id": number,
        "login": {
            "email": account.email,
            "avatar": None,
            "login_id": number,
            "login_name": account.email,
            "login_email": account.email,
        },
        "login_url": f"{home}/",
        # Without /3.0, which clients add.
        "api_endpoint": home,
    }


GOOGLE = Rules(
    authorize="/o/oauth2/v2/auth",
    token="/token",
    revoke="/revoke",
    quirks=OAuthQuirks(lifetime=3599, refreshes=True, refresh_tokens=100, unused_days=183),
    scopes={
        "openid": "Associate you with your personal info on Google",
        _EMAIL: "See your primary Google Account email address",
        _PROFILE: "See your personal info, including any personal info you've made public",
        "https://www.googleapis.com/auth/contacts": (
            "See, edit, download, and permanently delete your contacts"
        ),
        "https://www.googleapis.com/auth/contacts.readonly": "See and download your contacts",
        "https://www.googleapis.com/auth/contacts.other.readonly": (
            "See and download contact info automatically saved in your “Other contacts”"
        ),
        "https://www.googleapis.com/auth/directory.readonly": (
            "See and download your organization's directory"
        ),
    },
    basic=frozenset({"openid", _EMAIL, _PROFILE}),
    spellings={"email": _EMAIL, "profile": _PROFILE},
    requires_scope=True,
    granular=True,
    pkce=True,
    offline=True,
    profiles={"/oauth2/v3/userinfo": userinfo, "/oauth2/v2/userinfo": _userinfo_v2},
    # The slashes are as Google has them, and have to survive forms and addresses.
    prefixes=("4/0A", "ya29.a0", "1//0"),
    told=_google,
    mismatch="redirect_uri_mismatch",
    unauthorised=("invalid_request", "Invalid Credentials"),
)

MAILCHIMP = Rules(
    authorize="/oauth2/authorize",
    token="/oauth2/token",
    quirks=OAuthQuirks(),
    scheme="OAuth",
    told=_mailchimp,
    profiles={"/oauth2/metadata": _metadata},
)

CONTACTUALLY = Rules(
    authorize="/oauth2/authorize",
    token="/oauth2/token",
    quirks=OAuthQuirks(),
    implicit=True,
    lenient=True,
)

#: By the name of the stand-in.
RULES: Mapping[str, Rules] = {
    "contactually": CONTACTUALLY,
    "google": GOOGLE,
    "mailchimp": MAILCHIMP,
}
