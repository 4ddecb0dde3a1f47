"""What a run asks of a connector, in one go, and what must hold of each answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from connections.storable import storable
from connectors.connector import (
    Catalogue,
    Connector,
    ContainerInfo,
    Create,
    Delete,
    Ending,
    Identity,
    Page,
    Received,
    Update,
    Write,
    Written,
)
from connectors.contact import Contact, Entry, contact_from_json, contact_to_json, digest
from connectors.errors import AppError, Gone
from connectors.texts import LONGEST_ID, LONGEST_NAME, LONGEST_VERSION, is_text
from tests.connectors.conformance import marker
from tests.fuzzing.homes import Home


def exercise(home: Home) -> None:
    """Every call of the interface; errors of ``connectors.errors`` are answers like others."""
    connector = home.connector()
    try:
        _tried(connector.identity, _is_identity)
        _tried(connector.containers, _are_containers)
        _tried(lambda: connector.catalogue(home.container), _is_catalogue)
        first = _tried(lambda: changes(connector, home.container, "", {}), _are_pages) or []
        received = [item for page in first for item in page.received]
        held = {item.id: item.version for item in received}
        ids = list(held)[:3]
        _tried(lambda: connector.read(home.container, ids), _are_in_order(ids))
        home.later()
        cursor = next((page.ending.cursor for page in first if page.ending), "")
        _tried(lambda: changes(connector, home.container, cursor, held), _are_pages)
        create = Create(marker(), home.create, home.segments, home.status)
        writes: list[Write] = [create]
        if received:
            last = received[-1]
            fields = {"first_name": "Other", "emails": ""}
            segments = home.segments
            writes += [
                Update(last.id, last.version, last.raw, fields, segments),
                Update(
                    received[0].id, received[0].version, received[0].raw, {}, frozenset(), segments
                ),
            ]
        for write in writes:
            _tried(lambda: connector.write(home.container, [write]), _are_results(1))  # noqa: B023
        if connector.capabilities.batch > 1:
            _tried(lambda: connector.write(home.container, writes), _are_results(len(writes)))
        if connector.capabilities.markers:
            found = _tried(lambda: connector.find_marker(home.container, create.marker), _is_found)
            if found and found.raw:
                _tried(
                    lambda: connector.write(home.container, [Delete(found.id, found.version)]),
                    _are_results(1),
                )
    finally:
        connector.close()


def changes(
    connector: Connector, container: str, cursor: str, held: Mapping[str, str]
) -> list[Page]:
    def known(ids: Collection[str]) -> Mapping[str, str]:
        return {id: held[id] for id in ids if id in held}

    return list(connector.changes(container, cursor, known))


def _tried(call: Callable[[], Any], holds: Callable[[Any], None]) -> Any:
    try:
        answer = call()
    except AppError as fault:
        assert str(fault) and is_text(str(fault)), repr(fault)
        return None
    holds(answer)
    return answer


# --- What must hold ----------------------------------------------------------------------------


def _is_identity(found: Identity) -> None:
    assert _is_id(found.id) and _is_name(found.name)


def _are_containers(found: Sequence[ContainerInfo]) -> None:
    for item in found:
        assert _is_id(item.id) and _is_name(item.name)


def _is_catalogue(found: Catalogue) -> None:
    names = [item.name for item in found.fields]
    assert len(set(names)) == len(names), names
    assert all(is_text(name) and name for name in names)
    for kind, segments in found.segments.items():
        assert is_text(kind) and all(is_text(name) and name for name in segments), segments
    assert all(map(is_text, found.statuses))


def _are_pages(pages: Sequence[Page]) -> None:
    assert [bool(page.ending) for page in pages] == [False] * (len(pages) - 1) + [True]
    for page in pages:
        for item in page.received:
            is_received(item)
        assert all(_is_id(id) for id in (*page.present, *page.gone))
        assert page.ending is None or _is_ending(page.ending)


def _is_ending(ending: Ending) -> bool:
    return is_text(ending.cursor) and isinstance(ending.complete, bool)


def is_received(item: Received) -> None:
    """It can be stored, and shown, and told apart from its next version."""
    assert _is_id(item.id), item.id
    assert is_text(item.version) and len(item.version) <= LONGEST_VERSION, item.version
    assert isinstance(item.raw, bytes)
    assert all(_is_id(id) for id in item.absorbed)
    if item.contact is None:
        assert item.fault, item
        return
    kept = storable(item)
    assert kept.contact or kept.fault
    _is_contact(item.contact)


def _is_contact(contact: Contact) -> None:
    for name, value in contact.fields.items():
        assert isinstance(name, str) and name and value, (name, value)
        for entry in value if isinstance(value, tuple) else ():
            assert isinstance(entry, Entry) and entry.value, (name, value)
            assert isinstance(entry.label, str) and isinstance(entry.primary, bool), (name, value)
            assert all(isinstance(part, str) for part in _texts(entry)), (name, value)
        assert isinstance(value, str | tuple), (name, value)
    for segment in contact.segments:
        assert isinstance(segment.kind, str) and isinstance(segment.name, str) and segment.name
    told = json.loads(json.dumps(contact_to_json(contact)))
    assert digest(contact_from_json(told)) == digest(contact)


def _texts(entry: Entry) -> Sequence[object]:
    value = entry.value
    return (value,) if isinstance(value, str) else tuple(value.parts().values())


def _are_in_order(ids: Sequence[str]) -> Callable[[Sequence[Received | Gone]], None]:
    def holds(found: Sequence[Received | Gone]) -> None:
        assert len(found) == len(ids)
        for id, item in zip(ids, found, strict=True):
            if isinstance(item, Received):
                is_received(item)
                assert item.id == id, (item.id, id)
            else:
                assert isinstance(item, Gone)

    return holds


def _are_results(count: int) -> Callable[[Sequence[Any]], None]:
    def holds(found: Sequence[Any]) -> None:
        assert len(found) == count
        for item in found:
            assert isinstance(item, Written | AppError), item
            if isinstance(item, Written):
                assert _is_id(item.id)
                if item.received:
                    is_received(item.received)
            else:
                assert is_text(str(item)), repr(item)

    return holds


def _is_found(found: Received | None) -> None:
    if found is not None:
        is_received(found)


def _is_id(id: object) -> bool:
    return bool(id) and is_text(id) and len(str(id)) <= LONGEST_ID


def _is_name(name: str) -> bool:
    return is_text(name) and len(name) <= LONGEST_NAME
