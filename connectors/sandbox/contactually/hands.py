"""What people do in the app itself: no request is checked, the app's own rules hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connectors.sandbox.contactually import belonging, notes, people, registers, users
from connectors.sandbox.contactually.desk import Desk, moment, stamp
from connectors.sandbox.store import Document


class Hands:
    """Of one account. Records are the vendor's, with ``bucket_ids`` in place of what the API
    shows of buckets (``people``)."""

    def __init__(self, desk: Callable[[], Desk]) -> None:
        """``desk`` is asked each time: quirks may change in between."""
        self._desk = desk

    # --- Contacts ---

    def add(self, record: Mapping[str, Any]) -> str:
        """No address is looked up: people do enter somebody twice. Returns the id."""
        desk = self._desk()
        made = moment(record.get("created_at"))
        created = {"created_at": stamp(made)} if made else {}
        with desk.store.transaction():
            return str(people.add(desk, {**_known(desk, record), **created})["id"])

    def edit(self, id: str, changes: Mapping[str, Any]) -> None:
        """Lists take the place of those that are there."""
        desk = self._desk()
        with desk.store.transaction():
            people.change(desk, people.get(desk, id), _known(desk, changes))

    def delete(self, id: str) -> None:
        desk = self._desk()
        with desk.store.transaction():
            people.remove(desk, people.get(desk, id))

    def get(self, id: str) -> Document | None:
        """Archived ones too, which have ``archived_at``."""
        desk = self._desk()
        return desk.store.get(desk.kind(people.KIND), id)

    def one(self, id: str) -> Document:
        """As ``get``; raises Missing."""
        return people.get(self._desk(), id)

    def all(self) -> dict[str, Document]:
        """By id those that are not archived."""
        return {id: record for id, record in self._all().items() if not record["archived_at"]}

    def archived(self) -> dict[str, Document]:
        return {id: record for id, record in self._all().items() if record["archived_at"]}

    def archive(self, id: str) -> None:
        self._archive(id, True)

    def restore(self, id: str) -> None:
        self._archive(id, False)

    def merge(self, id: str, others: Sequence[str]) -> None:
        """The others go into this one."""
        desk = self._desk()
        with desk.store.transaction():
            people.merge(desk, people.get(desk, id), [people.get(desk, other) for other in others])

    def note(self, id: str, text: str) -> str:
        desk = self._desk()
        with desk.store.transaction():
            return str(notes.add(desk, people.get(desk, id)["id"], text, desk.stamp())["id"])

    def notes(self, id: str) -> list[Document]:
        return notes.about(self._desk(), id)

    # --- Tags ---

    def tag(self, id: str, name: str) -> None:
        self._retag(id, name, True)

    def untag(self, id: str, name: str) -> None:
        self._retag(id, name, False)

    def tags(self) -> dict[str, str]:
        """Names by id."""
        return self._names("tag")

    def add_tag(self, name: str) -> str:
        return self._register("tag", {"name": name})

    def rename_tag(self, id: str, name: str) -> None:
        desk = self._desk()
        with desk.store.transaction():
            belonging.rename_tag(desk, registers.get(desk, "tag", id), name)

    def remove_tag(self, id: str) -> None:
        desk = self._desk()
        with desk.store.transaction():
            belonging.remove_tag(desk, registers.get(desk, "tag", id))

    # --- Buckets ---

    def put_in(self, id: str, bucket: str) -> None:
        self._regroup(id, bucket, True)

    def take_out(self, id: str, bucket: str) -> None:
        self._regroup(id, bucket, False)

    def buckets(self) -> dict[str, str]:
        """Names by id."""
        return self._names("bucket")

    def add_bucket(self, name: str, reminder_interval: int | None = None) -> str:
        members = {"name": name, "goal": None, "reminder_interval": reminder_interval}
        return self._register("bucket", members)

    def rename_bucket(self, id: str, name: str) -> None:
        self._change("bucket", id, {"name": name})

    def remove_bucket(self, id: str) -> None:
        desk = self._desk()
        with desk.store.transaction():
            belonging.remove_bucket(desk, registers.get(desk, "bucket", id))

    # --- Custom fields of the team ---

    def fields(self) -> dict[str, str]:
        """Names by id."""
        return self._names("custom_field")

    def definitions(self) -> list[Document]:
        return registers.everything(self._desk(), "custom_field")

    def define_field(self, name: str, type: str = "textfield", options: Sequence[str] = ()) -> str:
        """``type``: one of ``values.TYPES``; ``options``: of a dropdown."""
        members = {"name": name, "type": type, "dropdown_options": list(options)}
        return self._register("custom_field", {**members, "default_value": None})

    def change_field(self, id: str, changes: Mapping[str, Any]) -> None:
        """Such as its name or its ``dropdown_options``; values stay as they are."""
        self._change("custom_field", id, dict(changes))

    def remove_field(self, id: str) -> None:
        """With its values."""
        desk = self._desk()
        with desk.store.transaction():
            belonging.remove_field(desk, registers.get(desk, "custom_field", id))

    # --- The account ---

    def disable(self) -> None:
        """The bill was not paid."""
        self._switch("disabled")

    def enable(self) -> None:
        self._switch("active")

    def _all(self) -> dict[str, Document]:
        desk = self._desk()
        return {record["id"]: record for record in desk.store.all(desk.kind(people.KIND))}

    def _switch(self, status: str) -> None:
        desk = self._desk()
        users.switch(desk.store, desk.account, status)

    def _archive(self, id: str, archived: bool) -> None:
        desk = self._desk()
        with desk.store.transaction():
            people.archive(desk, people.get(desk, id), archived)

    def _retag(self, id: str, name: str, wears: bool) -> None:
        desk = self._desk()
        with desk.store.transaction():
            contact = people.get(desk, id)
            sought = registers.fold(name)
            others = [each for each in contact["tags"] if registers.fold(each) != sought]
            if wears != (len(others) < len(contact["tags"])):
                changes = {"tags": [*others, name] if wears else others}
                people.change(desk, contact, changes)

    def _regroup(self, id: str, bucket: str, joins: bool) -> None:
        desk = self._desk()
        with desk.store.transaction():
            known = registers.get(desk, "bucket", bucket)["id"]
            belonging.regroup(desk, people.get(desk, id), known, joins)

    def _names(self, word: registers.Word) -> dict[str, str]:
        return {each["id"]: each["name"] for each in registers.everything(self._desk(), word)}

    def _register(self, word: registers.Word, members: Document) -> str:
        """The id, also of one that was there."""
        desk = self._desk()
        with desk.store.transaction():
            there = registers.named(desk, word, members["name"])
            return str((there or registers.add(desk, word, members))["id"])

    def _change(self, word: registers.Word, id: str, changes: Document) -> None:
        desk = self._desk()
        with desk.store.transaction():
            registers.change(desk, word, registers.get(desk, word, id), changes)


def _known(desk: Desk, record: Mapping[str, Any]) -> Document:
    """Raises ValueError for a member that no contact has, and Missing for a bucket or a custom
    field that there is not."""
    if unknown := set(record) - people.MEMBERS:
        raise ValueError(f"A contact has no {', '.join(sorted(unknown))}.")
    for id in record.get("bucket_ids", ()):
        registers.get(desk, "bucket", id)
    for item in record.get("custom_fields", ()):
        registers.get(desk, "custom_field", item["field"]["id"])
    return dict(record)
