"""What every connector must do, run against a real partner.

class TestMyApp(ConnectorConformance):
    @pytest.fixture
    def partner(self, tmp_path) -> Partner: ...
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from connectors.connector import (
    Catalogue,
    Connector,
    Create,
    Delete,
    Page,
    Received,
    Update,
    World,
    Write,
    Written,
)
from connectors.contact import (
    SEGMENT_KINDS,
    Address,
    Contact,
    Entry,
    Segment,
    Value,
    entries,
)
from connectors.errors import Changed, Gone, Refused

ANN: Mapping[str, Value] = {
    "first_name": "Ann",
    "last_name": "Smith",
    "emails": (Entry("ann@work.example", "work", True), Entry("ann@home.example", "home")),
    "phones": (Entry("+32 9 123 45 67", "mobile"),),
    "addresses": (
        Entry(Address(street="Korenmarkt 1", city="Ghent", postcode="9000", country="BE"), "home"),
    ),
    "company": "Smith, Sons & Co; Ltd",
    "job_title": "Boss",
    "birthday": "1985-04-12",
    "notes": "First line\nsecond line",
}
ODD_TEXTS = (
    "Zoë Ångström-Ñandú",
    "李小龍 أحمد Борис 👩‍👩‍👧",
    "comma, semicolon; colon: back\\slash \\n \"quotes\" <tag> & 'so' ^n %41",
    "x" * 5000,
    "é" * 400,
    "two\n\nlines and\ttab",
)


class Partner(ABC):
    """The app at the other end, with one empty container, as people use it.

    ``can``: which of the methods without a body here it has; the tests of the others do nothing.
    ``status``: what a create asks for in an app with consent.
    """

    container: str
    can: frozenset[str] = frozenset()
    status: str = ""

    @abstractmethod
    def connector(self) -> Connector:
        """A new connector to the account."""

    @abstractmethod
    def add(self, contact: Contact) -> str:
        """A contact made in the app; its remote id."""

    @abstractmethod
    def edit(self, id: str, changes: Mapping[str, Value]) -> None: ...

    @abstractmethod
    def delete(self, id: str) -> None: ...

    def wait(self) -> None:  # noqa: B027
        """Let so much time pass that the next reading tells everything: an app's lag, or the
        time until a complete listing is due. Most tell everything at once."""

    def tag(self, id: str, segment: Segment) -> None:
        """Put into the segment; only where the app has some."""
        raise NotImplementedError

    def untag(self, id: str, segment: Segment) -> None:
        """Taken out of it."""
        raise NotImplementedError

    def archive(self, id: str) -> None:
        """Archived or put into the bin."""
        raise NotImplementedError

    def restore(self, id: str) -> None:
        """Out of the archive or bin again."""
        raise NotImplementedError

    def revive(self, id: str) -> None:
        """What was deleted comes back under its id."""
        raise NotImplementedError

    def merge(self, winner: str, loser: str) -> None:
        raise NotImplementedError

    def unsubscribe(self, id: str) -> None:
        raise NotImplementedError

    def unregister(self, segment: Segment) -> None:
        """The name is taken off the app's list, and so off everybody."""
        raise NotImplementedError


def world(var: Path) -> World:
    return World(lambda: datetime.now(UTC), time.sleep, var, allow_private=True)


@dataclass
class Reading:
    """The pages of one call of ``changes`` put together."""

    received: dict[str, Received] = field(default_factory=dict)
    present: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    cursor: str = ""
    complete: bool = False
    #: By id the versions that a mirror holds which took in this reading and those before it.
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def contacts(self) -> dict[str, Contact | None]:
        return {id: item.contact for id, item in self.received.items()}


def reading(
    connector: Connector,
    container: str,
    since: Reading | str = "",
    known: Mapping[str, str] | None = None,
) -> Reading:
    """What changed ``since`` an earlier reading, by the eyes of a mirror that took that in."""
    earlier = since if isinstance(since, Reading) else Reading(cursor=since)
    held = earlier.versions if known is None else known

    def versions(ids: Collection[str]) -> Mapping[str, str]:
        return {id: version for id, version in held.items() if id in ids}

    result = Reading(versions=dict(held))
    pages: list[Page] = list(connector.changes(container, earlier.cursor, versions))
    assert [bool(page.ending) for page in pages] == [False] * (len(pages) - 1) + [True]
    for page in pages:
        assert result.received.keys().isdisjoint(item.id for item in page.received)
        result.received.update({item.id: item for item in page.received})
        result.versions.update({item.id: item.version for item in page.received})
        result.present += page.present
        result.gone += page.gone
        if page.ending:
            result.cursor, result.complete = page.ending.cursor, page.ending.complete
    # What a complete reading does not name is gone to whoever held it.
    named = {*result.received, *result.present, *result.gone}
    if result.complete and isinstance(since, Reading):
        result.gone += sorted(held.keys() - named)
    for id in result.gone:
        result.versions.pop(id, None)
    return result


def marker() -> str:
    return str(uuid4())


class ConnectorConformance:
    """``ann``: a contact that the app keeps whole; ``edited``: another value of one of its
    fields, ``another``: of one of the others; ``changed``: other values of all of them;
    ``required``: fields that the app lets nobody clear; ``computed``: those that it fills itself;
    ``texts``: those that it keeps whole in its text fields. ``quiet``: what a reading without
    changes costs, in requests."""

    ann: Mapping[str, Value] = ANN
    edited: Mapping[str, Value] = {"job_title": "Chief"}
    another: Mapping[str, Value] = {"last_name": "Jones"}
    quiet: int = 1
    required: frozenset[str] = frozenset()
    computed: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ODD_TEXTS

    @property
    def changed(self) -> Mapping[str, Value]:
        return {name: CHANGED[name] for name in self.ann}

    def somebody(self, first: str) -> Mapping[str, Value]:
        """The least that makes a contact; the same for the same name."""
        return {"first_name": first}

    @pytest.fixture
    def partner(self) -> Partner:
        raise NotImplementedError

    @pytest.fixture
    def connector(self, partner: Partner):
        connector = partner.connector()
        yield connector
        connector.close()

    # --- What there is --------------------------------------------------------------------

    def test_identity_is_the_same_each_time(self, partner, connector):
        other = partner.connector()
        assert connector.identity() == other.identity()
        assert connector.identity().id
        other.close()

    def test_containers_name_ours_once(self, partner, connector):
        ids = [container.id for container in connector.containers()]
        assert ids.count(partner.container) == 1

    def test_catalogue_has_each_field_once_and_the_kinds_of_segment(self, partner, connector):
        catalogue = connector.catalogue(partner.container)
        names = [item.name for item in catalogue.fields]
        assert sorted(set(names)) == sorted(names)
        assert self.ann.keys() <= set(names)
        assert set(catalogue.segments) <= set(SEGMENT_KINDS)
        assert catalogue.registers <= set(catalogue.segments)
        assert partner.status in (catalogue.statuses or ("",))
        assert catalogue.vanished == {}

    # --- Reading --------------------------------------------------------------------------

    def test_first_reading_of_an_empty_container_is_complete(self, partner, connector):
        first = reading(connector, partner.container)
        told = self.catalogue(partner, connector).tells_deletions
        assert (first.received, first.gone, first.complete) == ({}, [], told)
        assert first.cursor

    def test_first_reading_names_everybody_once_over_several_pages(self, partner, connector):
        creates = [self.create(partner, self.somebody(f"N{n}")) for n in range(104)]
        batch = connector.capabilities.batch
        ids = []
        for start in range(0, len(creates), batch):
            for result in connector.write(partner.container, creates[start : start + batch]):
                assert isinstance(result, Written)
                ids.append(result.id)
        pages = list(connector.changes(partner.container, "", lambda ids: {}))
        assert len([page for page in pages if page.received]) > 1
        assert sorted(item.id for page in pages for item in page.received) == sorted(ids)

    def test_reading_without_changes_is_empty_and_costs_a_constant(self, partner, connector):
        for n in range(3):
            partner.add(Contact(self.somebody(f"N{n}")))
        first = reading(connector, partner.container)
        before = connector.requests
        second = reading(connector, partner.container, first)
        assert (second.received, second.gone) == ({}, [])
        assert connector.requests - before == self.quiet

    def test_changes_are_those_since_the_cursor(self, partner, connector):
        ann, bob = partner.add(Contact(self.ann)), partner.add(Contact(self.somebody("Bob")))
        first = reading(connector, partner.container)
        partner.edit(bob, self.somebody("Robert"))
        new = partner.add(Contact(self.somebody("Eve")))
        second = reading(connector, partner.container, first)
        assert sorted(second.received) == sorted([bob, new])
        assert self.entered(second.contacts[bob]) == self.somebody("Robert")
        assert not second.complete
        assert ann not in second.received

    def test_deletions_are_told_once(self, partner, connector):
        ann = partner.add(Contact(self.ann))
        partner.add(Contact(self.somebody("Bob")))
        first = reading(connector, partner.container)
        partner.delete(ann)
        partner.wait()
        second = reading(connector, partner.container, first)
        told = [ann] if self.catalogue(partner, connector).tells_deletions else []
        assert (second.gone, second.received) == (told, {})
        third = reading(connector, partner.container, second)
        assert (third.gone, third.received) == ([], {})

    def test_first_reading_leaves_tombstones_out(self, partner, connector):
        ann, bob = partner.add(Contact(self.ann)), partner.add(Contact(self.somebody("Bob")))
        reading(connector, partner.container)
        partner.delete(ann)
        fresh = partner.connector()
        again = reading(fresh, partner.container)
        assert (again.gone, list(again.received)) == ([], [bob])
        assert again.complete == self.catalogue(partner, connector).tells_deletions
        fresh.close()

    def test_lost_cursor_is_a_complete_reading(self, partner, connector):
        ann = partner.add(Contact(self.ann))
        first = reading(connector, partner.container)
        again = reading(connector, partner.container, self.spoiled(first.cursor))
        assert list(again.received) == [ann]
        assert again.complete == self.catalogue(partner, connector).tells_deletions
        assert reading(connector, partner.container, again).received == {}

    def spoiled(self, cursor: str) -> str:
        """A cursor of the right form that the app does not know."""
        return cursor[:-6] + "999999" + cursor[-2:]

    def test_full_reading_names_also_those_whose_versions_are_known(self, partner, connector):
        ann, bob = partner.add(Contact(self.ann)), partner.add(Contact(self.somebody("Bob")))
        first = reading(connector, partner.container)
        known = {ann: first.received[ann].version, bob: "an older one"}
        again = reading(connector, partner.container, known=known)
        assert sorted({*again.received, *again.present}) == sorted([ann, bob])
        assert bob in again.received

    def test_what_people_entered_is_read_as_entered(self, partner, connector):
        ann = partner.add(Contact(self.ann))
        assert self.entered(reading(connector, partner.container).contacts[ann]) == self.ann

    def test_read_answers_in_the_order_asked_with_gone_for_the_missing(self, partner, connector):
        ann, bob = partner.add(Contact(self.ann)), partner.add(Contact(self.somebody("Bob")))
        partner.delete(ann)
        eve = partner.add(Contact(self.somebody("Eve")))
        answers = connector.read(partner.container, [eve, ann, bob])
        assert isinstance(answers[1], Gone)
        assert [a.id for a in answers if isinstance(a, Received)] == [eve, bob]
        one = connector.read(partner.container, [bob])
        assert one == [answers[2]]
        assert isinstance(connector.read(partner.container, [ann])[0], Gone)

    # --- Creating -------------------------------------------------------------------------

    def test_create_shows_what_was_written(self, partner, connector):
        result = self.write_one(partner, connector, self.create(partner, self.ann))
        assert self.entered(self.shown(partner, connector, result.id)) == self.ann
        assert not result.adopted
        if result.received:
            assert self.entered(result.received.contact) == self.ann

    def test_repeated_create_is_harmless_where_ids_are_chosen(self, partner, connector):
        if not connector.capabilities.chosen_ids:
            return
        create = self.create(partner, self.ann)
        first = self.write_one(partner, connector, create)
        other = partner.connector()
        again = self.write_one(partner, other, create)
        other.close()
        assert first.id == connector.chosen_id(partner.container, create.marker) == again.id
        assert (first.adopted, again.adopted) == (False, True)
        assert list(reading(connector, partner.container).received) == [first.id]

    def test_created_contact_is_found_by_its_marker_where_the_app_keeps_it(
        self, partner, connector
    ):
        if not connector.capabilities.markers:
            return
        create = self.create(partner, self.ann)
        result = self.write_one(partner, connector, create)
        assert connector.find_marker(partner.container, create.marker).id == result.id
        assert connector.find_marker(partner.container, marker()) is None

    @pytest.mark.parametrize(
        "text", ODD_TEXTS, ids=["latin", "scripts", "special", "long", "long-wide", "lines"]
    )
    def test_texts_survive_create_and_update(self, partner, connector, text):
        if text not in self.texts:
            return
        one_line = " ".join(text.split())
        texts = {"first_name": one_line, "full_name": one_line, "company": one_line, "notes": text}
        fields = {**self.somebody("Ann"), **self.within(texts)}
        result = self.write_one(partner, connector, self.create(partner, fields))
        assert self.entered(self.shown(partner, connector, result.id)) == fields
        record = self.record(partner, connector, result.id)
        changed = self.within({"last_name": one_line, "notes": f"new {text}"})
        self.write_one(partner, connector, _update(record, changed))
        assert self.entered(self.shown(partner, connector, result.id)) == {**fields, **changed}

    def within(self, fields: Mapping[str, Value]) -> Mapping[str, Value]:
        """Those of the fields that the app has."""
        return {name: value for name, value in fields.items() if name in self.ann}

    def test_several_creates_at_once_are_all_made(self, partner, connector):
        creates = [
            self.create(partner, self.somebody(f"N{n}"))
            for n in range(connector.capabilities.batch)
        ]
        results = connector.write(partner.container, creates)
        names = {self.shown(partner, connector, result.id).name for result in results}
        assert names == {f"N{n}" for n in range(connector.capabilities.batch)}

    # --- Updating -------------------------------------------------------------------------

    @pytest.mark.parametrize("name", sorted(ANN))
    def test_update_of_one_field_leaves_the_others(self, partner, connector, name):
        if name not in self.ann:
            return
        ann = partner.add(Contact(self.ann))
        new = self.changed[name]
        self.write_one(
            partner, connector, _update(self.record(partner, connector, ann), {name: new})
        )
        assert self.entered(self.shown(partner, connector, ann)) == {**self.ann, name: new}

    @pytest.mark.parametrize("name", sorted(ANN))
    def test_empty_value_clears_that_field_alone(self, partner, connector, name):
        if name not in self.ann.keys() - self.required:
            return
        ann = partner.add(Contact(self.ann))
        empty: Value = () if isinstance(self.ann[name], tuple) else ""
        self.write_one(
            partner, connector, _update(self.record(partner, connector, ann), {name: empty})
        )
        expected = {field: value for field, value in self.ann.items() if field != name}
        assert self.entered(self.shown(partner, connector, ann)) == expected

    @pytest.mark.parametrize(
        "wanted",
        [
            (*ANN["emails"], Entry("ann@new.example", "other")),
            (ANN["emails"][0],),
            (ANN["emails"][1],),
            (Entry("ann.smith@work.example", "work", True), ANN["emails"][1]),
            entries(["a@new.example", "b@new.example", "c@new.example"]),
        ],
        ids=["added", "second removed", "primary removed", "edited", "replaced"],
    )
    def test_list_elements_are_written_with_labels_kept(self, partner, connector, wanted):
        if not isinstance(self.ann["emails"], tuple):
            return
        ann = partner.add(Contact(self.ann))
        record = self.record(partner, connector, ann)
        self.write_one(partner, connector, _update(record, {"emails": wanted}))
        assert self.entered(self.shown(partner, connector, ann)) == {**self.ann, "emails": wanted}

    def test_update_of_an_older_version_is_refused_as_changed(self, partner, connector):
        if not connector.capabilities.conditional_writes:
            return
        ann = partner.add(Contact(self.ann))
        record = self.record(partner, connector, ann)
        partner.edit(ann, self.edited)
        (result,) = connector.write(partner.container, [_update(record, self.another)])
        assert isinstance(result, Changed)
        assert self.entered(self.shown(partner, connector, ann)) == {**self.ann, **self.edited}

    def test_written_version_is_good_for_the_next_write(self, partner, connector):
        result = self.write_one(partner, connector, self.create(partner, self.ann))
        record = result.received or self.record(partner, connector, result.id)
        again = self.write_one(partner, connector, _update(record, self.edited))
        record = again.received or self.record(partner, connector, result.id)
        self.write_one(partner, connector, _update(record, self.another))
        expected = {**self.ann, **self.edited, **self.another}
        assert self.entered(self.shown(partner, connector, result.id)) == expected

    def test_update_of_a_missing_contact_is_gone(self, partner, connector):
        ann = partner.add(Contact(self.ann))
        record = self.record(partner, connector, ann)
        partner.delete(ann)
        (result,) = connector.write(partner.container, [_update(record, self.another)])
        assert isinstance(result, Gone)
        assert reading(connector, partner.container).received == {}

    def test_a_bad_write_leaves_its_neighbours_alone(self, partner, connector):
        lost, good = partner.add(Contact(self.ann)), partner.add(Contact(self.somebody("Bob")))
        records = [self.record(partner, connector, id) for id in (lost, good)]
        partner.delete(lost)
        writes = [_update(record, self.another) for record in records]
        results = connector.write(partner.container, [*writes, self.create(partner, self.ann)])
        assert [type(result) for result in results] == [Gone, Written, Written]
        expected = {**self.somebody("Bob"), **self.another}
        assert self.entered(self.shown(partner, connector, good)) == expected

    # --- Segments -------------------------------------------------------------------------

    def test_segments_are_added_and_removed_by_name(self, partner, connector):
        for kind in self.kinds(partner, connector):
            old, new = Segment(kind, "Old, one"), Segment(kind, "Né; w")
            kept = Segment(kind, "kept")
            ann = partner.add(Contact(self.ann, frozenset({old, kept})))
            change = _update(self.record(partner, connector, ann), self.edited)
            remove = frozenset({old, Segment(kind, "never there")})
            self.write_one(partner, connector, replace(change, add=frozenset({new}), remove=remove))
            shown = self.shown(partner, connector, ann)
            assert shown.segments == {kept, new}
            assert self.entered(shown) == {**self.ann, **self.edited}

    def test_segments_are_there_from_the_creation_on(self, partner, connector):
        for kind in self.kinds(partner, connector):
            names = frozenset({Segment(kind, "Old, one"), Segment(kind, "Né; w")})
            made = self.write_one(
                partner, connector, self.create(partner, self.somebody("Bob"), names)
            )
            assert self.shown(partner, connector, made.id).segments == names

    def test_segments_are_the_same_in_another_case(self, partner, connector):
        for kind in self.kinds(partner, connector):
            vip = frozenset({Segment(kind, "VIP é")})
            shouted = frozenset({Segment(kind, "vip É")})
            ann = partner.add(Contact(self.ann, vip))
            change = _update(self.record(partner, connector, ann), {})
            self.write_one(partner, connector, replace(change, add=shouted))
            assert self.shown(partner, connector, ann).segments == vip
            change = _update(self.record(partner, connector, ann), {})
            self.write_one(partner, connector, replace(change, remove=shouted))
            assert self.shown(partner, connector, ann).segments == frozenset()

    def test_segments_that_people_change_are_told(self, partner, connector):
        for kind in self.kinds(partner, connector):
            old, new = Segment(kind, "Old, one"), Segment(kind, "Né; w")
            fields = self.somebody(f"Ann {kind}")
            ann = partner.add(Contact(fields, frozenset({old})))
            first = reading(connector, partner.container)
            partner.tag(ann, new)
            partner.untag(ann, old)
            partner.wait()
            told = reading(connector, partner.container, first).contacts[ann]
            assert (told.segments, self.entered(told)) == ({new}, fields)

    def test_segments_of_several_kinds_are_apart(self, partner, connector):
        kinds = self.kinds(partner, connector)
        every = frozenset(Segment(kind, "Client") for kind in kinds)
        ann = partner.add(Contact(self.ann, every))
        for kind in kinds[:1]:
            change = _update(self.record(partner, connector, ann), {})
            taken = frozenset({Segment(kind, "Client")})
            self.write_one(partner, connector, replace(change, remove=taken))
            assert self.shown(partner, connector, ann).segments == every - taken

    def test_catalogue_lists_the_app_s_own_names(self, partner, connector):
        for kind in sorted(self.catalogue(partner, connector).registers):
            partner.add(Contact(self.ann, frozenset({Segment(kind, "One"), Segment(kind, "Two")})))
            assert {"One", "Two"} <= set(self.catalogue(partner, connector).segments[kind])
            if "unregister" in partner.can:
                partner.unregister(Segment(kind, "One"))
                names = self.catalogue(partner, connector).segments[kind]
                assert ("One" in names, "Two" in names) == (False, True)

    # --- Consent --------------------------------------------------------------------------

    def test_create_gets_the_status_it_asks_for(self, partner, connector):
        for status in self.catalogue(partner, connector).statuses:
            fields = {**self.somebody("Ann"), "emails": entries([f"{status}@x.example"])}
            create = Create(marker(), fields, status=status)
            made = self.write_one(partner, connector, create)
            assert self.shown(partner, connector, made.id).status == status

    def test_create_without_a_status_is_refused_where_there_is_consent(self, partner, connector):
        if self.catalogue(partner, connector).statuses:
            (result,) = connector.write(partner.container, [Create(marker(), self.ann)])
            assert isinstance(result, Refused)
            assert reading(connector, partner.container).received == {}

    def test_update_leaves_the_status_alone(self, partner, connector):
        for status in self.catalogue(partner, connector).statuses:
            ann = partner.add(Contact(self.ann, status=status))
            record = self.record(partner, connector, ann)
            self.write_one(partner, connector, _update(record, self.changed))
            assert self.shown(partner, connector, ann).status == status

    def test_unsubscribe_is_seen_and_a_create_does_not_subscribe_again(self, partner, connector):
        if "unsubscribe" not in partner.can:
            return
        ann = partner.add(Contact(self.ann))
        first = reading(connector, partner.container)
        partner.unsubscribe(ann)
        second = reading(connector, partner.container, first)
        assert second.contacts[ann].status == "unsubscribed"
        (result,) = connector.write(partner.container, [self.create(partner, self.ann)])
        assert isinstance(result, Refused)
        found = reading(connector, partner.container).contacts
        assert {id: contact.status for id, contact in found.items()} == {ann: "unsubscribed"}

    # --- Leaving --------------------------------------------------------------------------

    def test_archived_is_read_as_deleted_until_it_is_restored(self, partner, connector):
        if "archive" not in partner.can:
            return
        ann = partner.add(Contact(self.ann))
        first = reading(connector, partner.container)
        partner.archive(ann)
        partner.wait()
        second = reading(connector, partner.container, first)
        assert (second.contacts[ann].deleted, second.gone) == (True, [])
        assert self.shown(partner, connector, ann).deleted
        partner.restore(ann)
        partner.wait()
        third = reading(connector, partner.container, second)
        assert third.contacts[ann] == self.shown(partner, connector, ann)
        assert (third.contacts[ann].deleted, self.entered(third.contacts[ann])) == (False, self.ann)

    def test_write_does_not_revive_what_is_archived(self, partner, connector):
        if "archive" not in partner.can:
            return
        ann = partner.add(Contact(self.ann))
        partner.archive(ann)
        record = self.record(partner, connector, ann)
        writes: list[Write] = [_update(record, self.another)]
        writes += [Delete(ann, record.version)] * connector.capabilities.deletes
        for write in writes:
            (result,) = connector.write(partner.container, [write])
            assert isinstance(result, Gone)
        shown = self.shown(partner, connector, ann)
        assert (shown.deleted, self.entered(shown)) == (True, self.ann)

    def test_what_comes_back_is_read_again(self, partner, connector):
        if "revive" not in partner.can:
            return
        ann = partner.add(Contact(self.ann))
        partner.delete(ann)
        first = reading(connector, partner.container)
        partner.revive(ann)
        partner.wait()
        assert self.entered(reading(connector, partner.container, first).contacts[ann]) == self.ann

    def test_merged_contact_names_what_it_absorbed(self, partner, connector):
        if "merge" not in partner.can:
            return
        ann = partner.add(Contact(self.ann))
        twin = partner.add(Contact(self.somebody("Anna")))
        first = reading(connector, partner.container)
        partner.merge(ann, twin)
        partner.wait()
        second = reading(connector, partner.container, first)
        assert (list(second.received), second.received[ann].absorbed) == ([ann], (twin,))
        assert second.contacts[ann].name == Contact(self.ann).name
        if self.catalogue(partner, connector).tells_deletions:
            assert second.gone == [twin]
        assert isinstance(connector.read(partner.container, [twin])[0], Gone)

    def test_delete_is_carried_out(self, partner, connector):
        if not connector.capabilities.deletes:
            return
        ann, bob = partner.add(Contact(self.ann)), partner.add(Contact(self.somebody("Bob")))
        first = reading(connector, partner.container)
        result = self.write_one(partner, connector, Delete(ann, first.received[ann].version))
        assert result == Written(ann, None)
        assert isinstance(connector.read(partner.container, [ann])[0], Gone)
        assert list(reading(connector, partner.container).received) == [bob]
        partner.wait()
        second = reading(connector, partner.container, first)
        told = [ann] if self.catalogue(partner, connector).tells_deletions else []
        assert (second.gone, second.received) == (told, {})

    def test_delete_of_an_older_version_is_refused_as_changed(self, partner, connector):
        capabilities = connector.capabilities
        if not (capabilities.deletes and capabilities.conditional_writes):
            return
        ann = partner.add(Contact(self.ann))
        record = self.record(partner, connector, ann)
        partner.edit(ann, self.edited)
        (result,) = connector.write(partner.container, [Delete(ann, record.version)])
        assert isinstance(result, Changed)
        assert self.entered(self.shown(partner, connector, ann)) == {**self.ann, **self.edited}

    def test_delete_of_a_missing_contact_is_gone(self, partner, connector):
        if not connector.capabilities.deletes:
            return
        ann, bob = partner.add(Contact(self.ann)), partner.add(Contact(self.somebody("Bob")))
        record = self.record(partner, connector, ann)
        partner.delete(ann)
        (result,) = connector.write(partner.container, [Delete(ann, record.version)])
        assert isinstance(result, Gone)
        assert list(reading(connector, partner.container).received) == [bob]

    # --- Steps of the tests ---------------------------------------------------------------

    def entered(self, contact: Contact) -> Mapping[str, Value]:
        """What people can enter of it."""
        return {name: value for name, value in contact.fields.items() if name not in self.computed}

    def catalogue(self, partner: Partner, connector: Connector) -> Catalogue:
        return connector.catalogue(partner.container)

    def kinds(self, partner: Partner, connector: Connector) -> list[str]:
        return sorted(self.catalogue(partner, connector).segments)

    def create(
        self, partner: Partner, fields: Mapping[str, Value], add: frozenset[Segment] = frozenset()
    ) -> Create:
        return Create(marker(), fields, add, partner.status)

    def write_one(self, partner: Partner, connector: Connector, write: Write) -> Written:
        (result,) = connector.write(partner.container, [write])
        assert isinstance(result, Written), result
        return result

    def record(self, partner: Partner, connector: Connector, id: str) -> Received:
        (record,) = connector.read(partner.container, [id])
        assert isinstance(record, Received)
        return record

    def shown(self, partner: Partner, connector: Connector, id: str) -> Contact:
        contact = self.record(partner, connector, id).contact
        assert contact is not None
        return contact


CHANGED: Mapping[str, Value] = {
    "first_name": "Anne Marie",
    "last_name": "van der Jones, Jr",
    "emails": (Entry("ann@work.example", "work"), Entry("ann@home.example", "home", True)),
    "phones": (Entry("+32 9 999 99 99", "mobile"), Entry("+32 9 111 11 11", "work fax")),
    "addresses": (
        Entry(Address(street="Veldstraat 2\nbus 3", city="Ghent", po_box="7"), "home"),
        Entry(Address(city="Antwerp"), "work"),
    ),
    "company": "Jones",
    "job_title": "Chief; of, all",
    "birthday": "--04-13",
    "notes": "Third\nline",
}


def _update(record: Received, fields: Mapping[str, Value]) -> Update:
    return Update(record.id, record.version, record.raw, fields)
