"""Rows written in bulk are what Django would have written."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connections import bulk
from connections.models import Account, Container, Key, Record

NOON = datetime(2026, 11, 23, 12, 0, 0, 5, tzinfo=UTC)


@pytest.fixture
def container(db: None) -> Container:
    account = Account.objects.create(name="home", app="memory")
    return Container.objects.create(account=account, remote_id="book", name="Book")


def record(container: Container, remote_id: str) -> Record:
    return Record(
        container=container,
        remote_id=remote_id,
        number=7,
        contact={"fields": {"first_name": "Zoë ☎"}},
        stamps={"": [7, True]},
        overwritten=[["v1", NOON.isoformat()]],
        raw=b"\x00\xff",
        first_seen_at=NOON,
    )


def columns(row: Record) -> dict[str, object]:
    found = {field.attname: getattr(row, field.attname) for field in Record._meta.concrete_fields}
    return {**found, "raw": bytes(row.raw)}


def test_inserted_rows_read_back_as_given(container: Container) -> None:
    rows = [record(container, f"card {index}") for index in range(bulk.CHUNK + 1)]
    bulk.insert(rows)
    assert [columns(row) for row in Record.objects.order_by("pk")] == [columns(row) for row in rows]


def test_an_inserted_object_can_be_saved_again(container: Container) -> None:
    row = record(container, "card")
    bulk.insert([row])
    row.title = "Zoë"
    row.save()
    assert [found.title for found in Record.objects.all()] == ["Zoë"]


def test_update_writes_the_named_fields_of_each_row(container: Container) -> None:
    rows = [record(container, "one"), record(container, "two")]
    bulk.insert(rows)
    for row, title in zip(rows, ("First", "Second"), strict=True):
        row.title, row.gone_at, row.contact, row.number = title, NOON, None, 99
    bulk.update(rows, ("title", "gone_at", "contact"))
    found = Record.objects.order_by("pk").values_list("title", "gone_at", "contact", "number")
    assert list(found) == [("First", NOON, None, 7), ("Second", NOON, None, 7)]


def test_values_are_inserted_without_objects(container: Container) -> None:
    row = record(container, "card")
    bulk.insert([row])
    names = ("record", "container", "kind", "value")
    bulk.insert_values(Key, names, [(row.pk, container.pk, Key.Kind.EMAIL, "zoe@mail.example")])
    found = Key.objects.values_list("record_id", "container_id", "kind", "value")
    assert list(found) == [(row.pk, container.pk, "email", "zoe@mail.example")]


def test_nothing_to_write_is_no_error(container: Container) -> None:
    bulk.insert([])
    bulk.update([], ("title",))
    bulk.insert_values(Key, ("record", "container", "kind", "value"), [])
    assert not Record.objects.exists()
