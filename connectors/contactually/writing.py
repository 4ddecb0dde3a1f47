"""Writing one contact: look, compare, write, compare.

There are neither etags nor conditions, so an update reads the contact just before it writes and
gives way where it is another than was planned on. What the answer shows is what counts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from connectors.connector import Create, Delete, Received, Result, Update, Written
from connectors.contact import Segment, Value
from connectors.contactually.answers import record_of, shows, still_there, was_there, with_buckets
from connectors.contactually.api import Api
from connectors.contactually.own_fields import OwnField
from connectors.contactually.reading import Reader
from connectors.contactually.refusals import (
    account_fault,
    address_in_use,
    archived_address,
    gone,
    kept_entries,
    refused,
    write_fault,
)
from connectors.contactually.registers import Registers
from connectors.contactually.translate import (
    BUCKET,
    TAG,
    Record,
    buckets_of,
    fault_of,
    is_archived,
    tags_of,
    version_of,
    write_members,
    write_tags,
)
from connectors.errors import AppError, Changed, Gone, Refused, TryAgain, Unanswered
from connectors.fields import fold
from connectors.rest import Reply


class Writer:
    """Safe for several threads."""

    def __init__(self, api: Api, registers: Registers, reader: Reader) -> None:
        self._api = api
        self._registers = registers
        self._reader = reader

    # --- Creating -------------------------------------------------------------------------

    def create(self, write: Create) -> Result:
        members = write_members({}, write.fields, self._own_fields(write.fields))
        tags = write_tags({}, _names(write.add, TAG), ())
        bucket_ids = self._registers.bucket_ids(_names(write.add, BUCKET))
        members |= {"tags": tags} if tags else {}
        members |= {"bucket_ids": bucket_ids} if bucket_ids else {}
        begun = self._api.world.now()
        reply = self._send("POST", "/contacts", members)
        if reply.status == 403:
            return account_fault(reply, "add contacts")
        if not reply.is_success:
            return refused(reply, members)
        record = record_of(reply)
        if record is None:
            return Unanswered("Contactually did not tell which contact it made.")
        if was_there(record, write.fields, begun, reply.headers):
            return self._adopted(record["id"], write)
        # It is made and must not be made again, so nothing that fails from here on is told: what
        # the contact lacks is seen in what it shows.
        with suppress(AppError):
            record = self._completed(record, tags, bucket_ids)
        return Written(record["id"], self._received(record))

    def _adopted(self, id_: str, write: Create) -> Result:
        """A create with an address that somebody has is answered with that contact, unchanged
        (the client of boulderdave, 2016), perhaps an archived one. It is left as it is: ours,
        from a try whose answer was lost, if it shows what was sent. Anybody else's must not pass
        for ours, since what it lacks would count as cleared there."""
        there = self._reader.fetch(id_)
        if isinstance(there, Gone):
            return TryAgain("Contactually answered with a contact that it has no more.")
        if there.contact is None:
            return Refused(there.fault)
        if there.contact.deleted:
            return archived_address()
        if not shows(there.contact, write, self._api.world.region):
            return address_in_use()
        return Written(id_, there, adopted=True)

    # --- Changing -------------------------------------------------------------------------

    def update(self, write: Update) -> Result:
        record = self._unchanged(write)
        if isinstance(record, AppError):
            return record
        members = write_members(record, write.fields, self._own_fields(write.fields))
        tags = write_tags(record, _names(write.add, TAG), _names(write.remove, TAG))
        members |= {"tags": tags} if tags != tags_of(record) else {}
        bucket_ids = self._wanted_buckets(record, write)
        shown = record
        if members:
            reply = self._send("PATCH", _path(write.id), members)
            if not reply.is_success:
                return write_fault(reply, members)
            shown = record_of(reply) or self._again(write.id)
        shown = self._completed(shown, members.get("tags", ()), bucket_ids)
        received = self._received(shown)
        after = received.contact if received else None
        if kept := still_there(record, write, after, self._api.world.region):
            return kept_entries(kept)
        return Written(write.id, received)

    def delete(self, write: Delete) -> Result:
        record = self._unchanged(write)
        if isinstance(record, AppError):
            return record
        reply = self._api.call("DELETE", _path(write.id))
        return Written(write.id, None) if reply.is_success else write_fault(reply, None)

    def _unchanged(self, write: Update | Delete) -> Record | AppError:
        """The contact as it is now, if that is as it was read."""
        record = self._reader.record(write.id)
        if record is None or is_archived(record):
            return gone()
        if version_of(record) != write.version:
            return Changed("The contact was changed in Contactually since it was read.")
        return Refused(fault_of(record)) if fault_of(record) else record

    def _wanted_buckets(self, record: Record, write: Update) -> list[str] | None:
        """Ids of all buckets after the change; None where there is no change."""
        there = buckets_of(record)
        unwanted = {fold(name) for name in _names(write.remove, BUCKET)}
        kept = [bucket for bucket in there if fold(bucket["name"]) not in unwanted]
        names = {fold(bucket["name"]) for bucket in kept}
        missing = [name for name in _names(write.add, BUCKET) if fold(name) not in names]
        if not missing and kept == there:
            return None
        return [bucket["id"] for bucket in kept] + self._registers.bucket_ids(missing)

    # --- The rest of a write --------------------------------------------------------------

    def _completed(
        self, record: Record, tags: Collection[str], bucket_ids: Sequence[str] | None
    ) -> Record:
        """The contact with the tags that the app left out because it did not know them, and in
        these buckets (None: whichever it is in)."""
        shown = {fold(name) for name in tags_of(record)}
        left_out = [name for name in tags if fold(name) not in shown]
        if left_out and self._registers.add_tags(left_out):
            body = {"tags": write_tags(record, left_out, ())}
            reply = self._api.call("PATCH", _path(record["id"]), body=body)
            record = record_of(reply) or self._again(record["id"])
        if bucket_ids is None or {bucket["id"] for bucket in buckets_of(record)} == {*bucket_ids}:
            return record
        return self._in_buckets(record, bucket_ids)

    def _in_buckets(self, record: Record, bucket_ids: Sequence[str]) -> Record:
        """Sets exactly these, so it may be repeated; where its answer is lost for good, that is
        no doubt about what was written before."""
        body = [{"id": id_} for id_ in bucket_ids]
        try:
            reply = self._api.call("PUT", f"{_path(record['id'])}/buckets", body=body, repeat=True)
        except Unanswered as lost:
            raise TryAgain(lost.message) from None
        if not reply.is_success:
            raise write_fault(reply, None)
        return with_buckets(record, reply) or self._again(record["id"])

    def _send(self, method: str, path: str, members: Mapping[str, Any]) -> Reply:
        """Sent again where the app refused it and did not know some of the tags."""
        reply = self._api.call(method, path, body=members)
        if reply.status == 422 and self._registers.add_tags(members.get("tags", ())):
            return self._api.call(method, path, body=members)
        return reply

    def _received(self, record: Record) -> Received | None:
        """None, so that it is read back, where the team's fields could not be asked for."""
        try:
            return self._reader.received(record)
        except AppError:
            return None

    def _again(self, id_: str) -> Record:
        """The contact after a write whose answer does not show it."""
        try:
            record = self._reader.record(id_)
        except TryAgain as fault:
            raise Unanswered(fault.message) from None
        if record is None:
            raise gone()
        return record

    def _own_fields(self, fields: Mapping[str, Value]) -> tuple[OwnField, ...]:
        """Asked for where they are written only."""
        needed = any(name.startswith("custom:") for name in fields)
        return self._registers.own_fields if needed else ()


def _path(id_: str) -> str:
    return f"/contacts/{quote(id_, safe='')}"


def _names(segments: frozenset[Segment], kind: str) -> list[str]:
    return sorted(segment.name for segment in segments if segment.kind == kind)
