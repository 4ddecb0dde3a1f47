"""Mailchimp's consent: no scopes, no proof keys, tokens that last until they are revoked.

https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.door import Door, Granted
from connectors.mailchimp.settings import SETTINGS


class MailchimpDoor(Door):
    app = "mailchimp"
    settings = SETTINGS
    registration = "In Mailchimp: Account & billing, Extras, Registered apps."

    @property
    def authorize_url(self) -> str:
        return f"{self._setting('MAILCHIMP_AUTH_URL').rstrip('/')}/authorize"

    @property
    def token_url(self) -> str:
        return f"{self._setting('MAILCHIMP_AUTH_URL').rstrip('/')}/token"

    def granted(self, told: Mapping[str, Any], now: datetime) -> Granted:
        return Granted({"access_token": str(told["access_token"])})


DOOR = MailchimpDoor
