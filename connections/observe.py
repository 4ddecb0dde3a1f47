"""An app's changes → mirror and cursor, in one transaction: the only reader.

A cursor is stored exactly in the transaction that stores everything it covers. Pages before the
last are committed with the old cursor kept, so that a crash costs a listing and no body.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime

from connections import mirror
from connections.mirror import Sighting
from connections.models import Container
from connectors.connector import Connector, Page, Received
from connectors.errors import Gone

Commit = Callable[[], AbstractContextManager[object]]
Clock = Callable[[], datetime]
Tell = Callable[[int], None]


def tell_nobody(number: int) -> None:
    return None


def observe(
    container: Container,
    connector: Connector,
    now: Clock,
    commit: Commit,
    tell: Tell = tell_nobody,
) -> None:
    """Read what changed in the container since last time.

    ``commit`` opens a transaction that fails when the account's lease was lost. ``tell``: how
    many contacts were read more.
    """
    # Another run may have read it while this one waited for the account.
    container.refresh_from_db(fields=["cursor"])
    lag = connector.capabilities.lag
    seen: set[str] = set()
    pages = connector.changes(
        container.remote_id, container.cursor, lambda ids: mirror.versions(container, ids)
    )
    for page in pages:
        fresh = _read_doubtful(container, connector, page, now(), lag)
        with commit():
            row = mirror.locked(container)
            _absorb_page(row, page, fresh, seen, now(), lag)
            row.save(update_fields=["number", "cursor", "read_at", "full_at"])
        tell(len(page.received) + len(page.present))
    container.refresh_from_db()


def reread(
    container: Container, connector: Connector, ids: Sequence[str], now: Clock, commit: Commit
) -> None:
    """Read these records as they are now: after a write that found them changed or gone."""
    answers = connector.read(container.remote_id, ids)
    with commit():
        row = mirror.locked(container)
        found = [answer for answer in answers if isinstance(answer, Received)]
        mirror.absorb(row, [Sighting(item, is_direct=True) for item in found], now())
        gone = [id for id, answer in zip(ids, answers, strict=True) if isinstance(answer, Gone)]
        mirror.vanish(row, gone, now())
        row.save(update_fields=["number"])


def _read_doubtful(
    container: Container, connector: Connector, page: Page, now: datetime, lag: float
) -> dict[str, Received | Gone]:
    """By id how those records are now of which the listing may show an old version. Read before
    the page is stored, since its cursor will not name them again."""
    ids = mirror.doubtful(container, page.received, now, lag)
    return dict(zip(ids, connector.read(container.remote_id, ids), strict=True)) if ids else {}


def _sightings(page: Page, fresh: Mapping[str, Received | Gone]) -> list[Sighting]:
    """What the page shows, and where it may be late what the record shows itself. Of merges only
    a listing may tell."""
    sightings = [Sighting(item) for item in page.received if item.id not in fresh]
    absorbed = {item.id: item.absorbed for item in page.received}
    for id, item in fresh.items():
        if isinstance(item, Received):
            told = tuple(dict.fromkeys((*absorbed[id], *item.absorbed)))
            sightings.append(Sighting(replace(item, absorbed=told), is_direct=True))
    return sightings


def _absorb_page(
    container: Container,
    page: Page,
    fresh: Mapping[str, Received | Gone],
    seen: set[str],
    now: datetime,
    lag: float,
) -> None:
    mirror.absorb(container, _sightings(page, fresh), now, lag)
    gone = [id for id, answer in fresh.items() if isinstance(answer, Gone)]
    # Tombstones are believed with a token only: what a first listing tells is not about us.
    told = page.gone if container.cursor else ()
    mirror.vanish(container, [*told, *gone], now)
    seen.update(received.id for received in page.received)
    seen.update(page.present)
    if page.ending is None:
        return
    if page.ending.complete:
        mirror.vanish(container, mirror.absent(container, seen, now, lag), now)
    if page.ending.complete or not container.cursor:
        # Without a cursor everything was asked for, even where nothing is concluded from it.
        container.full_at = now
    container.cursor = page.ending.cursor
    container.read_at = now
