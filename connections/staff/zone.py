"""Times are told in the zone of whoever looks at them, as their browser names it.

Only what is shown goes by it. Rules about days go by the configured zone (connections.days).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

#: The cookie that the desk's script zone.js sets: a name of the IANA database.
COOKIE = "zone"


class InTheZoneOfThePerson:
    """For the time of a request; without a name that is known it is the configured zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(zone_of(request)):
            return self.get_response(request)


def named(request: HttpRequest) -> dict[str, str]:
    """A context processor: ``time_zone`` as browsers name it, which Django's own tag does not."""
    return {"time_zone": str(timezone.get_current_timezone())}


def zone_of(request: HttpRequest) -> ZoneInfo:
    """Only a name that is in the database: others would be paths to look up."""
    name = request.COOKIES.get(COOKIE, "")
    return ZoneInfo(name if name in _names() else settings.TIME_ZONE)


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())
