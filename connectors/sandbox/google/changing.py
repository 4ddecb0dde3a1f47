"""Creating and changing one contact, by itself or in a batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.google import etags
from connectors.sandbox.google.calls import Call
from connectors.sandbox.google.checks import check_record, check_resource, overflow
from connectors.sandbox.google.contacts import Contact, groups_of
from connectors.sandbox.google.errors import Refused, invalid, not_found, stale
from connectors.sandbox.google.masks import WRITABLE
from connectors.sandbox.google.writing import Record, record_of


def create(call: Call, person: Mapping[str, Any]) -> Contact:
    record = record_of(person, WRITABLE, call.quirks)
    check_record(record, call.quirks)
    _check_groups(call, record, frozenset())
    if call.contacts.is_full:
        raise overflow(call.quirks)
    return call.contacts.add(record)


def update(call: Call, resource: str, person: Mapping[str, Any], mask: tuple[str, ...]) -> Contact:
    """Every field of the mask is replaced whole, and cleared where the person has none of it."""
    check_resource(resource)
    etag, source = _etags(person, call.quirks.needs_sources)
    contact = call.contacts.get(resource)
    if contact is None:
        raise not_found()
    if source and source.get("etag") and source["etag"] != contact.etag:
        raise stale("person.metadata.sources.etag")
    if source and source.get("id", contact.source) != contact.source:
        raise invalid("Request person.metadata.sources has no contact source of this person.")
    if etag and etags.source_in(etag) != contact.etag:
        raise stale("person.etag")
    given = record_of(person, mask, call.quirks)
    if "memberships" in mask and "memberships" not in given:
        raise invalid("Request person.memberships must have at least one contact group membership.")
    kept = {field: items for field, items in contact.record.items() if field not in mask}
    record = {**kept, **given}
    check_record(record, call.quirks)
    _check_groups(call, record, frozenset(contact.groups))
    return call.contacts.write(contact, record)


def delete(call: Call, resource: str) -> None:
    check_resource(resource)
    contact = call.contacts.get(resource)
    if contact is None:
        raise not_found()
    call.contacts.delete(contact)


def _etags(person: Mapping[str, Any], needs_sources: bool) -> tuple[str, Mapping[str, Any] | None]:
    """That of the person, and its source that is a contact."""
    sources = person.get("metadata", {}).get("sources", [])
    source = next((source for source in sources if source.get("type") == "CONTACT"), None)
    etag = person.get("etag", "")
    has_etag = bool(source and source.get("etag"))
    if not (has_etag or (etag and not needs_sources)):
        raise _no_etag()
    return etag, source


def _no_etag() -> Refused:
    return invalid(
        "Request must set person.etag or person.metadata.sources.etag for the source that is "
        "being updated."
    )


def _check_groups(call: Call, record: Record, before: frozenset[str]) -> None:
    for resource in groups_of(record):
        group = call.groups.get(resource)
        if group is None:
            raise invalid(f'Contact group "{resource}" was not found.')
        if not group.is_open and resource not in before:
            raise invalid(f'Contacts cannot be added to the contact group "{resource}".')
