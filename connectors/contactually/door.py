"""Contactually's consent. Its pages (developers.contactually.com/docs/auth/) are gone; whether a
compatible server gives refresh tokens, or tokens that end, is not known, so that both are kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.contactually.settings import SETTINGS
from connectors.door import Door, Granted
from connectors.tokens import ends_of, kept


class ContactuallyDoor(Door):
    app = "contactually"
    settings = SETTINGS
    #: Buckets, tags and fields of the team need more than contacts:manage.
    scopes = ("all:manage",)
    registration = (
        "The public service closed in 2022: at the compatible server that CONTACTUALLY_AUTH_URL "
        "names, as an application."
    )

    @property
    def authorize_url(self) -> str:
        return f"{self._setting('CONTACTUALLY_AUTH_URL').rstrip('/')}/authorize"

    @property
    def token_url(self) -> str:
        return f"{self._setting('CONTACTUALLY_AUTH_URL').rstrip('/')}/token"

    def granted(self, told: Mapping[str, Any], now: datetime) -> Granted:
        renewed = kept(told, now)
        if "refresh_token" in renewed:
            refresh, access = renewed.pop("refresh_token"), renewed["access_token"]
            return Granted({"refresh_token": refresh, "access_token": access}, renewed)
        return Granted(
            {"access_token": renewed["access_token"]}, {}, ends_of(told.get("expires_in"), now)
        )


DOOR = ContactuallyDoor
