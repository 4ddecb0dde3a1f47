"""Days of the configured time zone, whoever looks at them."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone


def in_configured_zone(moment: datetime) -> datetime:
    """The same moment; rules about days take theirs from its zone. The desk tells times in the
    zone of the person, by which who enters or leaves must not depend."""
    return timezone.localtime(moment, timezone.get_default_timezone())
