"""Google's consent: https://developers.google.com/identity/protocols/oauth2/web-server"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.door import Door, Granted
from connectors.errors import AskStaff
from connectors.google.settings import SETTINGS
from connectors.tokens import ends_of, kept

#: "See, edit, download, and permanently delete your contacts": the only scope that may write.
_CONTACTS = "https://www.googleapis.com/auth/contacts"
#: For the name of the account.
_EMAIL = "https://www.googleapis.com/auth/userinfo.email"


class GoogleDoor(Door):
    app = "google"
    settings = SETTINGS
    scopes = (_CONTACTS, _EMAIL)
    # Without asking for consent again Google gives a refresh token to the first who asks only.
    parameters = {"access_type": "offline", "prompt": "consent select_account"}
    hint = "login_hint"
    proof_key = True
    registration = (
        "In the Google Cloud console: enable the People API, then make an OAuth client of the "
        "type “Web application”."
    )

    lasting = (
        "Google ends it after seven days while the project's publishing status is “Testing”: "
        "have the operator publish the app (“In production”), then authorise the account again."
    )

    @property
    def authorize_url(self) -> str:
        return self._setting("GOOGLE_AUTH_URL")

    @property
    def token_url(self) -> str:
        return self._setting("GOOGLE_TOKEN_URL")

    def granted(self, told: Mapping[str, Any], now: datetime) -> Granted:
        """Consent is granular: each scope has a box that people may leave empty."""
        if _CONTACTS not in str(told.get("scope", "")).split():
            raise AskStaff(
                "Google Contacts was not allowed to share contacts.",
                "Authorise again, and tick the box “See, edit, download, and permanently delete "
                "your contacts”.",
            )
        renewed = kept(told, now)
        refresh = renewed.pop("refresh_token", "")
        if not refresh:
            raise AskStaff(
                "Google gave access for an hour only (no refresh token).",
                "Remove this installation at https://myaccount.google.com/permissions, then "
                "authorise again.",
            )
        # Projects in "Testing" and people who allow access for some days only: Google says so.
        ends = ends_of(told.get("refresh_token_expires_in"), now)
        return Granted({"refresh_token": refresh}, renewed, ends)


DOOR = GoogleDoor
