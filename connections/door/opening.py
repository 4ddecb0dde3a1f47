"""Whether an app's door is open, and where the app sends people back to."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from connections.accounts import world
from connectors import registry
from connectors.door import Door
from connectors.errors import AskStaff
from connectors.urls import origin


def opened(app: str) -> Door | None:
    """As the settings have it now; None for an app without one."""
    door = registry.door(app)
    return door(world()) if door else None


def label(app: str) -> str:
    return registry.connector_class(app).label


def callback_url(request: HttpRequest, app: str) -> str:
    """The address that the operator registers at the app."""
    path = reverse("door:callback", args=[app])
    return (
        f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)
    )


def check_open(request: HttpRequest, door: Door) -> None:
    """Raises AskStaff, with what is to be done."""
    if not door.is_open:
        id, secret = door.names
        raise AskStaff(
            f"Pop-up authorisation of {label(door.app)} is switched off.",
            f"Have the operator set {id} and {secret}. {door.registration} The address to "
            f"register there is {callback_url(request, door.app)}",
        )
    # The session, and with it what was begun, is of one host: that which people come back to.
    scheme = urlsplit(settings.PUBLIC_URL).scheme
    if scheme and origin(settings.PUBLIC_URL) != origin(f"{scheme}://{request.get_host()}"):
        raise AskStaff(
            f"{label(door.app)} sends people back to {settings.PUBLIC_URL}, and this page is "
            "open under another address.",
            f"Open {settings.PUBLIC_URL} and authorise there, or have the operator change "
            "PUBLIC_URL.",
        )
