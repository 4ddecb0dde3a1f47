"""What is wrong with the settings of single sign-on, said at start and by ``check``."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error


def single_sign_on(**_: Any) -> list[CheckMessage]:
    if not settings.OIDC_SERVER_URL:
        return []
    missing = [
        name for name in ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET") if not getattr(settings, name)
    ]
    found: list[CheckMessage] = [
        Error(
            f"{name} is not set, though OIDC_SERVER_URL is.",
            "The OpenID provider shows it where Accord is registered.",
            id="connections.E003",
        )
        for name in missing
    ]
    if urlsplit(settings.OIDC_SERVER_URL).scheme != "https" and not settings.DEBUG:
        found.append(
            Error(
                "OIDC_SERVER_URL does not begin with https://.",
                "Whoever is between the two could sign in as anybody.",
                id="connections.E004",
            )
        )
    return found
