"""Reading an audience: what changed, all of it, and single members.

There are no tombstones. Archived members are listed apart from the others; one that was deleted
for good is only missing, which a full reading finds once a week.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.connector import Ending, Known, Page, Received
from connectors.errors import AppError, Gone, TryAgain
from connectors.mailchimp.api import Api
from connectors.mailchimp.audiences import Audiences
from connectors.mailchimp.listing import Listing
from connectors.mailchimp.refusals import gone, refusal
from connectors.mailchimp.schema import Json, Schema
from connectors.mailchimp.translate import (
    KEPT,
    address_of,
    has_more_tags,
    hash_of,
    id_of,
    is_archived,
    received_of,
    version_of,
)
from connectors.spreading import spread

#: What a reading asks for again of the time before it: clocks differ, changes may be listed
#: late, and time goes in whole seconds.
OVERLAP = timedelta(minutes=15)
#: From one full reading to the next; after one that could not be proven complete.
WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
#: Members of a page that is handed on.
CHUNK = 100
#: How often a full reading looks whether it was complete.
_LOOKS = 3


@dataclass(frozen=True, slots=True)
class Cursor:
    """``since``: when the last reading began. ``full_after``: when the next full one is due.
    ``schema``: what the members were translated by; ``tags``: the mark of the tags of then, ""
    where they were not asked for."""

    since: datetime
    full_after: datetime
    schema: str
    tags: str

    @classmethod
    def parsed(cls, text: str) -> Cursor | None:
        """None for what is none of ours."""
        try:
            told = json.loads(text)
            times = [datetime.fromisoformat(told[name]) for name in ("since", "full_after")]
            cursor = cls(times[0], times[1], str(told["schema"]), str(told["tags"]))
        except (ValueError, TypeError, KeyError):
            return None
        return cursor if all(time.tzinfo for time in times) else None

    def __str__(self) -> str:
        return json.dumps(
            {
                "schema": self.schema,
                "tags": self.tags,
                "full_after": self.full_after.isoformat(),
                "since": self.since.isoformat(),
            }
        )


@dataclass(slots=True)
class _Told:
    """What one reading has named so far: versions by id, and who is where."""

    versions: dict[str, str] = field(default_factory=dict)
    alive: set[str] = field(default_factory=set)
    archived: set[str] = field(default_factory=set)
    #: A row came without an id, so that not everybody is named.
    has_nameless: bool = False

    def place(self, id: str, is_in_archive: bool) -> None:
        to, other = (self.archived, self.alive) if is_in_archive else (self.alive, self.archived)
        to.add(id)
        other.discard(id)


class _OtherSchema(Exception):
    """The members that the mirror holds were translated by another schema."""


class Reader:
    def __init__(self, api: Api, audiences: Audiences, now: Callable[[], datetime]) -> None:
        self._api = api
        self._audiences = audiences
        self._listing = Listing(api)
        self._now = now

    # --- What changed ---------------------------------------------------------------------

    def changes(self, audience: str, cursor: str, known: Known) -> Iterator[Page]:
        """In full where the cursor is lost or old, or fields, groups or tags have other names by
        now than the mirror holds values under."""
        place = Cursor.parsed(cursor)
        if place and self._now() < place.full_after and self._fits(audience, place):
            try:
                yield from self._news(audience, place, known)
                return
            except _OtherSchema:
                pass
        yield from self._everything(audience, known)

    def _fits(self, audience: str, place: Cursor) -> bool:
        """By what was asked for anyhow: a reading without changes costs two requests."""
        schema = self._audiences.schema_if_asked(audience)
        tags = self._audiences.tags_if_asked(audience)
        return (not schema or schema.digest == place.schema) and (
            not tags or not place.tags or tags.fit(place.tags)
        )

    def _tags_mark(self, audience: str) -> str:
        tags = self._audiences.tags_if_asked(audience)
        return tags.mark() if tags else ""

    def _news(self, audience: str, place: Cursor, known: Known) -> Iterator[Page]:
        begun, told = self._now(), _Told()
        for archived in (False, True):
            yield from self._walk(
                audience, place.since - OVERLAP, archived, place.schema, known, told
            )
        tags = self._tags_mark(audience) or place.tags
        ended = Cursor(max(begun, place.since), place.full_after, place.schema, tags)
        yield Page(ending=Ending(str(ended)))

    def _everything(self, audience: str, known: Known) -> Iterator[Page]:
        begun, told = self._now(), _Told()
        schema = self._audiences.schema(audience).digest
        for archived in (False, True):
            yield from self._walk(audience, None, archived, schema, known, told)
        is_complete = False
        for _ in range(_LOOKS):
            # Who goes from one list to the other while they are read may be missed by both.
            for archived in (False, True):
                yield from self._walk(audience, begun - OVERLAP, archived, schema, known, told)
            if is_complete := self._names_everybody(audience, told):
                break
        due = begun + (spread(WEEK, begun) if is_complete else HOUR)
        ended = Cursor(begun, due, schema, self._tags_mark(audience))
        yield Page(ending=Ending(str(ended), is_complete))

    def _names_everybody(self, audience: str, told: _Told) -> bool:
        if told.has_nameless:
            return False
        return all(
            len(named) == self._listing.total(audience, archived=archived)
            for archived, named in ((False, told.alive), (True, told.archived))
        )

    def _walk(
        self,
        audience: str,
        since: datetime | None,
        archived: bool,
        schema: str,
        known: Known,
        told: _Told,
    ) -> Iterator[Page]:
        for rows in self._listing.walk(audience, since, archived=archived):
            fresh = _not_told(rows, schema, told)
            held = known(fresh.keys()) if fresh else {}
            present = [id for id, row in fresh.items() if held.get(id) == version_of(row, schema)]
            if present:
                yield Page(present=present)
            news = [row for id, row in fresh.items() if held.get(id) != version_of(row, schema)]
            for start in range(0, len(news), CHUNK):
                part = news[start : start + CHUNK]
                yield Page(received=[self._received(audience, row, schema) for row in part])

    def _received(self, audience: str, row: Json, schema: str) -> Received:
        known = self._audiences.schema(audience)
        if known.digest != schema:
            raise _OtherSchema
        return self.shown(audience, row, known)

    # --- Members --------------------------------------------------------------------------

    def read(self, audience: str, id: str) -> Received | Gone:
        """By contact_id. That the audience is there is for the caller to check before it
        believes that a member is gone."""
        member = self.member(audience, id)
        if isinstance(member, Gone):
            return member
        if id_of(member) != id:
            fault = "Mailchimp shows another contact in place of this one. Report it to them."
            return Received(id, "", None, fault=fault)
        return self.shown(audience, member, self._audiences.schema(audience))

    def member(self, audience: str, id: str) -> Json | Gone:
        """By contact_id, address or hash."""
        path = f"/lists/{audience}/members/{id}"
        reply = self._api.call("GET", path, {"fields": ",".join(KEPT)})
        if reply.status == 404:
            return gone()
        if not reply.is_success or not isinstance(reply.data, dict):
            raise refusal(reply.status, reply.data, self._audiences.schema(audience))
        return reply.data

    def shown(self, audience: str, member: Json, schema: Schema) -> Received:
        """The member with all its tags."""
        if not has_more_tags(member):
            return received_of(member, schema)
        path = f"/lists/{audience}/members/{hash_of(address_of(member))}/tags"
        tags = list(self._api.everything(path, "tags", absent=_moved))
        return received_of(member, schema, tags)


def _moved() -> AppError:
    return TryAgain("A contact got another address, or went, while it was read.")


def _not_told(rows: Sequence[Json], schema: str, told: _Told) -> dict[str, Json]:
    """By id those that were not named yet as they are now."""
    fresh: dict[str, Json] = {}
    for row in rows:
        id = id_of(row)
        if not id:
            told.has_nameless = True
            continue
        told.place(id, is_archived(row))
        version = version_of(row, schema)
        if told.versions.get(id) != version:
            told.versions[id] = version
            fresh[id] = row
    return fresh
