"""Mailchimp does what every connector must, against its stand-in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from connectors.connector import Delete, Update, Written
from connectors.contact import Address, Contact, Entry, Value
from connectors.errors import Gone, Refused
from tests.connectors.conformance import ODD_TEXTS, ConnectorConformance, reading
from tests.connectors.mailchimp.partner import App

HOME = Address(
    "Korenmarkt 1", "bus 3", city="Ghent", region="East Flanders", postcode="9000", country="BE"
)
AWAY = Address("Veldstraat 2", city="Antwerp", region="Antwerp", postcode="2000", country="BE")
ANN: Mapping[str, Value] = {
    "first_name": "Ann",
    "last_name": "Smith",
    "emails": "ann@work.example",
    "phones": "+32 9 123 45 67",
    "addresses": (Entry(HOME),),
    "company": "Smith, Sons & Co; Ltd",
    "birthday": "--04-12",
}
CHANGED: Mapping[str, Value] = {
    "first_name": "Anne Marie",
    "last_name": "van der Jones, Jr",
    "emails": "ann@home.example",
    "phones": "+32 9 999 99 99",
    "addresses": (Entry(AWAY),),
    "company": "Jones",
    "birthday": "--02-29",
}


class TestMailchimp(ConnectorConformance):
    ann = ANN
    edited: Mapping[str, Value] = {"company": "Smith & Daughters"}
    quiet = 2
    required = frozenset({"emails"})
    texts = tuple(text for text in ODD_TEXTS if len(text) <= 255)
    quirks: Mapping[str, Any] = {}

    @property
    def changed(self) -> Mapping[str, Value]:
        return CHANGED

    def somebody(self, first: str) -> Mapping[str, Value]:
        address = f"{first.lower().replace(' ', '.')}@people.example"
        return {"first_name": first, "emails": address}

    @pytest.fixture
    def partner(self, tmp_path):
        app = App(tmp_path, **self.quirks)
        yield app
        app.sandbox.close()

    # --- Where Mailchimp is another than most -----------------------------------------------

    def test_a_bad_write_leaves_its_neighbours_alone(self, partner, connector):
        """An address that was deleted for good is never taken back, so the new one has another."""
        lost, good = partner.add(Contact(self.ann)), partner.add(Contact(self.somebody("Bob")))
        records = [self.record(partner, connector, id) for id in (lost, good)]
        partner.delete(lost)
        writes = [
            Update(record.id, record.version, record.raw, {"last_name": "Jones"})
            for record in records
        ]
        writes += [self.create(partner, self.ann), self.create(partner, self.somebody("Eve"))]
        results = connector.write(partner.container, writes)
        assert [type(result) for result in results] == [Gone, Written, Refused, Written]
        expected = {**self.somebody("Bob"), "last_name": "Jones"}
        assert self.shown(partner, connector, good).fields == expected

    def test_update_leaves_the_status_alone(self, partner, connector):
        """Only who is subscribed can get another address."""
        for status in self.catalogue(partner, connector).statuses:
            fields = {**self.ann, "emails": f"{status}@people.example"}
            ann = partner.add(Contact(fields, status=status))
            record = self.record(partner, connector, ann)
            changed = {name: value for name, value in self.changed.items() if name != "emails"}
            self.write_one(
                partner, connector, Update(record.id, record.version, record.raw, changed)
            )
            shown = self.shown(partner, connector, ann)
            assert (shown.status, shown.fields) == (status, {**fields, **changed})

    def test_delete_is_carried_out(self, partner, connector):
        """As archiving, which people can take back."""
        ann, bob = partner.add(Contact(self.ann)), partner.add(Contact(self.somebody("Bob")))
        first = reading(connector, partner.container)
        result = self.write_one(partner, connector, Delete(ann, first.received[ann].version))
        assert result == Written(ann, None)
        assert self.shown(partner, connector, ann).deleted
        second = reading(connector, partner.container, first)
        assert (second.gone, list(second.received)) == ([], [ann])
        assert second.contacts[ann].deleted
        again = reading(connector, partner.container).contacts
        assert {id: contact.deleted for id, contact in again.items()} == {ann: True, bob: False}


class TestMailchimpAsItMayBe(TestMailchimp):
    """Where nothing is known for certain, the other way round."""

    quirks = {
        "since_is_inclusive": True,
        "before_is_inclusive": False,
        "readding_tag_moves": False,
        "equal_values_move": True,
        "taken_title": "Member Exists",
        "tags_by_any_id": True,
        "folds_tag_case": False,
        "limit_in_bytes": False,
        "trims": False,
        "instances": False,
        "escapes_names": True,
        "refuses_unknown_fields": False,
    }


class TestMailchimpLate(TestMailchimp):
    """Listings that ask for changes are some minutes late: what they miss comes with the next."""

    quirks = {"lag": 300}

    def test_changes_are_those_since_the_cursor(self, partner, connector):
        bob = partner.add(Contact(self.somebody("Bob")))
        first = reading(connector, partner.container)
        partner.edit(bob, self.somebody("Robert"))
        second = reading(connector, partner.container, first)
        partner.clock.tick(301)
        third = reading(connector, partner.container, second)
        assert [*second.received, *third.received] == [bob]

    def test_unsubscribe_is_seen_and_a_create_does_not_subscribe_again(self, partner, connector):
        ann = partner.add(Contact(self.ann))
        first = reading(connector, partner.container)
        partner.unsubscribe(ann)
        partner.clock.tick(301)
        second = reading(connector, partner.container, first)
        assert second.contacts[ann].status == "unsubscribed"

    def test_delete_is_carried_out(self, partner, connector):
        ann = partner.add(Contact(self.ann))
        first = reading(connector, partner.container)
        self.write_one(partner, connector, Delete(ann, first.received[ann].version))
        partner.clock.tick(301)
        second = reading(connector, partner.container, first)
        assert (second.gone, second.contacts[ann].deleted) == ([], True)
