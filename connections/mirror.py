"""The mirror: records as last seen, indexed for matching. Written by ``observe`` (what an app
shows) and by the sync's apply (what an app answered to a write), always within a transaction of
theirs and under the account's lease."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from connections import bulk
from connections.erased import erased_among
from connections.models import Container, Key, Record
from connections.name_parts import name_parts
from connections.stamps import Stamp, restamp
from connections.storable import storable
from connectors.connector import Received
from connectors.contact import Contact, contact_from_json, contact_to_json, digest
from connectors.fields import FieldType, fold, normal

CHUNK = 400
#: Characters of a value that it can be found by.
KEY = 400


@dataclass(frozen=True, slots=True)
class Sighting:
    """A record as an app showed it. ``written``: the stamps of what we have just written.

    ``is_direct``: it was read by its id, so it is as the record is now, while what a listing
    shows may be late. ``is_answer``: so it is too, and answers a write of ours.
    """

    received: Received
    written: Mapping[str, Stamp] = field(default_factory=dict)
    is_answer: bool = False
    is_direct: bool = False

    @property
    def is_current(self) -> bool:
        return self.is_answer or self.is_direct


def locked(container: Container) -> Container:
    """The container's row, fresh and locked until the transaction ends."""
    return Container.objects.select_for_update().get(pk=container.pk)


def push_clock(container_id: int, number: int) -> None:
    """A stamp from elsewhere arrived: the container's clock is not behind it."""
    Container.objects.filter(pk=container_id, number__lt=number).update(number=number)


def contact_of(record: Record) -> Contact | None:
    return contact_from_json(record.contact) if record.contact is not None else None


def raw_of(record: Record) -> bytes:
    return zlib.decompress(record.raw) if record.raw else b""


def versions(container: Container, ids: Collection[str]) -> dict[str, str]:
    """By remote id the versions of those records that we hold and that are alive."""
    found: dict[str, str] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), CHUNK):
        rows = Record.objects.filter(
            container=container, remote_id__in=wanted[start : start + CHUNK], gone_at=None
        )
        found.update(rows.values_list("remote_id", "version"))
    return found


def absorb(
    container: Container, sightings: Sequence[Sighting], now: datetime, lag: float = 0
) -> dict[str, Record]:
    """Take sightings into the mirror; by remote id the records as they now are.

    ``container`` is the ``locked`` row; its number moves on and is left for the caller to save.
    A sighting of a version that we have overwritten within ``lag`` seconds is an old one that
    arrives late, and is dropped. One of an archived record counts as gone. Records that a
    sighting says were merged into it are among those returned, and know their heir. Who was
    erased does not come back: a contact that is not known is not taken in if it is theirs.
    """
    ids = {id for x in sightings for id in (x.received.id, *x.received.absorbed)}
    records = {
        record.remote_id: record
        for record in Record.objects.filter(container=container, remote_id__in=ids)
    }
    strangers = [x.received for x in sightings if x.received.id not in records and not x.is_answer]
    left_out = erased_among(container, strangers)
    sightings = [x for x in sightings if x.received.id not in left_out]
    added: list[Record] = []
    changed: dict[str, Record] = {}
    shown: dict[str, Contact | None] = {}
    heirs: dict[str, str] = {}
    for sighting in sightings:
        received = storable(sighting.received)
        record = records.get(received.id)
        if record is None:
            record = Record(container=container, remote_id=received.id, first_seen_at=now)
            records[received.id] = record
            added.append(record)
        elif not sighting.is_current and _is_late(record, received.version, now, lag):
            continue
        elif record.pk:
            changed[received.id] = record
        _take(container, record, replace(sighting, received=received), now)
        shown[received.id] = received.contact or contact_of(record)
        heirs.update(dict.fromkeys(received.absorbed, received.id))
    for record in _inherit(container, records, heirs):
        if record.pk:
            changed[record.remote_id] = record
            shown.setdefault(record.remote_id, contact_of(record))
    _save(container, added, list(changed.values()), shown)
    return records


def _inherit(
    container: Container, records: Mapping[str, Record], heirs: Mapping[str, str]
) -> list[Record]:
    """Note into which record others were merged; those of which it was not known. They are new
    to whoever plans, be they gone already or not yet."""
    news = []
    for remote_id, heir in heirs.items():
        record = records.get(remote_id)
        if record is not None and heir not in (record.heir, remote_id):
            container.number += 1
            record.heir, record.number = heir, container.number
            news.append(record)
    return news


def vanish(container: Container, ids: Collection[str], now: datetime) -> int:
    """These records are no longer in the app; how many of them were until now."""
    wanted = list(ids)
    count = 0
    for start in range(0, len(wanted), CHUNK):
        part = list(
            Record.objects.filter(
                container=container, remote_id__in=wanted[start : start + CHUNK], gone_at=None
            ).only("pk", "container_id")
        )
        for record in part:
            container.number += 1
            record.number, record.gone_at, record.digest = container.number, now, ""
        bulk.update(part, ("number", "gone_at", "digest"))
        Key.objects.filter(record__in=part).delete()
        count += len(part)
    return count


def absent(container: Container, seen: Collection[str], now: datetime, lag: float) -> list[str]:
    """Which records a complete listing did not name. One that we wrote a moment ago may only
    be late in the app's index, and is not counted."""
    settled = now - timedelta(seconds=lag)
    rows = Record.objects.filter(container=container, gone_at=None)
    return [
        remote_id
        for remote_id, written_at in rows.values_list("remote_id", "written_at").iterator()
        if remote_id not in seen and not (lag and written_at and written_at > settled)
    ]


def doubtful(
    container: Container, received: Sequence[Received], now: datetime, lag: float
) -> list[str]:
    """Which of what a listing shows may be older than what we know at first hand: we wrote or
    read the record, or found it gone, within ``lag`` seconds, and now it looks different."""
    if not lag or not received:
        return []
    horizon = now - timedelta(seconds=lag)
    versions = {item.id: item.version for item in received}
    rows = Record.objects.filter(
        Q(written_at__gt=horizon) | Q(gone_at__gt=horizon),
        container=container,
        remote_id__in=versions,
    )
    return [
        record.remote_id
        for record in rows.only("remote_id", "version", "overwritten", "gone_at")
        if record.gone_at
        or not (
            record.version == versions[record.remote_id]
            or _is_late(record, versions[record.remote_id], now, lag)
        )
    ]


def _is_late(record: Record, version: str, now: datetime, lag: float) -> bool:
    if not lag or not version:
        return False
    horizon = (now - timedelta(seconds=2 * lag)).isoformat()
    return any(old == version and at > horizon for old, at in record.overwritten)


def _take(container: Container, record: Record, sighting: Sighting, now: datetime) -> None:
    received = sighting.received
    old = contact_of(record)
    new = received.contact
    # A fault tells nothing of an archived record, so it stays one.
    latest = new or old
    is_gone = latest is not None and latest.deleted
    fingerprint = "" if is_gone else _fingerprint(received)
    if sighting.is_current:
        _note_overwritten(record, received.version, now)
    if sighting.is_answer:
        record.pending = {}
    is_news = fingerprint != record.digest or bool(record.gone_at) != is_gone
    if is_news or sighting.is_answer:
        carried = [stamp.number for stamp in sighting.written.values()]
        container.number = max(container.number + 1, *carried, 0)
        record.number = container.number
    if new is not None:
        record.stamps = restamp(
            old, new, record.stamps, sighting.written, record.pending, record.number
        )
        record.contact = contact_to_json(new)
        record.title = new.title[:300]
    record.digest = fingerprint
    record.version = received.version
    record.fault = received.fault
    record.raw = zlib.compress(received.raw, 1) if received.raw else b""
    record.gone_at = (record.gone_at or now) if is_gone else None
    record.heir = record.heir if is_gone else ""


def _fingerprint(received: Received) -> str:
    if received.contact is None or received.fault:
        return f"fault {received.version}"[:32]
    return digest(received.contact)


def _note_overwritten(record: Record, version: str, now: datetime) -> None:
    horizon = (now - timedelta(days=1)).isoformat()
    kept = [pair for pair in record.overwritten if pair[1] > horizon]
    if record.version and record.version != version:
        kept.append([record.version, now.isoformat()])
    record.overwritten = kept
    record.written_at = now


_COLUMNS = (
    "version", "number", "digest", "contact", "stamps", "pending", "overwritten", "raw", "fault",
    "heir", "title", "written_at", "gone_at",
)  # fmt: skip


def _save(
    container: Container,
    added: list[Record],
    changed: list[Record],
    shown: Mapping[str, Contact | None],
) -> None:
    bulk.insert(added)
    if changed:
        bulk.update(changed, _COLUMNS)
        Key.objects.filter(record__in=changed).delete()
    keys = [
        (record.pk, container.pk, kind, value)
        for record in (*added, *changed)
        if not record.gone_at
        for kind, value in keys_of(shown[record.remote_id])
    ]
    bulk.insert_values(Key, ("record", "container", "kind", "value"), keys)


def key_value(text: str) -> str:
    """What a normalised value is found by: keys are cut, so whatever is looked up must be."""
    return text[:KEY]


def keys_of(contact: Contact | None) -> list[tuple[str, str]]:
    """By what a contact can be found, e-mails first and the primary one before the others."""
    if contact is None:
        return []
    emails = [normal(FieldType.EMAIL, text) for text in contact.texts("emails")]
    phones = [
        normal(FieldType.PHONE, text, settings.DEFAULT_REGION) for text in contact.texts("phones")
    ]
    name = fold(contact.name)
    pairs: Iterable[tuple[str, str]] = (
        *((Key.Kind.EMAIL, value) for value in emails),
        *((Key.Kind.PHONE, value) for value in phones),
        (Key.Kind.NAME, name),
        *((Key.Kind.PART, part) for part in name_parts(name)),
    )
    cut = dict.fromkeys((kind, key_value(value)) for kind, value in pairs)
    return [(kind, value) for kind, value in cut if value]
