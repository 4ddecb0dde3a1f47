"""By what a reading goes on: the cursor as text. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.google.person import PAGE, PERSON_FIELDS, SOURCE
from connectors.spreading import spread

#: Everything that has to be the same in every request under one sync token, but the token.
LISTING: Mapping[str, str] = {
    "personFields": PERSON_FIELDS,
    "sources": SOURCE,
    "pageSize": str(PAGE),
    "requestSyncToken": "true",
}
_FINGERPRINT = hashlib.blake2b(json.dumps(LISTING).encode(), digest_size=8).hexdigest()
#: A token ends seven days after the full reading that it stems from, whatever was read since.
LIFE = timedelta(days=5, hours=12)


@dataclass(frozen=True, slots=True)
class Cursor:
    """``full_at``: when everything was read. ``labels``: by resource name, as they were known
    at ``labels_at``."""

    token: str = ""
    full_at: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    labels_at: datetime | None = None
    listing: str = _FINGERPRINT

    def is_good(self, now: datetime) -> bool:
        """May the token be used, as far as can be told without asking?"""
        if not self.token or self.listing != _FINGERPRINT or self.full_at is None:
            return False
        return timedelta(0) <= now - self.full_at < spread(LIFE, self.full_at)

    def __str__(self) -> str:
        return json.dumps(
            {
                "token": self.token,
                "full_at": _written(self.full_at),
                "labels": dict(self.labels),
                "labels_at": _written(self.labels_at),
                "listing": self.listing,
            }
        )


def parse(text: str) -> Cursor:
    """An empty one for what is none of ours."""
    try:
        found = json.loads(text)
    except ValueError:
        return Cursor()
    if not isinstance(found, dict):
        return Cursor()
    labels = found.get("labels")
    return Cursor(
        token=str(found.get("token") or ""),
        full_at=_read(found.get("full_at")),
        labels=labels if isinstance(labels, dict) else {},
        labels_at=_read(found.get("labels_at")),
        listing=str(found.get("listing") or ""),
    )


def _written(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _read(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
