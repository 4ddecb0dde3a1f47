"""Contactually does what every connector must, against its stand-in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from connectors.connector import Update
from connectors.contact import Address, Contact, Entry, Value, entries
from tests.connectors.conformance import ConnectorConformance
from tests.connectors.contactually.partner import App

#: Nothing is marked primary: the first is what people and their programs take for it.
EMAILS = (Entry("ann@work.example", "work"), Entry("ann@home.example", "home"))
HOME = Address("Korenmarkt 1", "bus 3", city="Ghent", postcode="9000", country="BE")
ANN: Mapping[str, Value] = {
    "first_name": "Ann",
    "last_name": "Smith",
    "emails": EMAILS,
    "phones": (Entry("+32 9 123 45 67", "mobile"),),
    "addresses": (Entry(HOME, "home"),),
    "urls": (Entry("https://ann.example/~ann", "business"),),
    "company": "Smith, Sons & Co; Ltd",
    "job_title": "Boss",
    "custom:Location": "Ghent area",
}
CHANGED: Mapping[str, Value] = {
    "first_name": "Anne Marie",
    "last_name": "van der Jones, Jr",
    "emails": (Entry("ann@home.example", "home"), Entry("ann@work.example", "work")),
    "phones": (Entry("+32 9 999 99 99", "mobile"), Entry("+32 9 111 11 11", "work fax")),
    "addresses": (
        Entry(Address("Veldstraat 2\nbus 3", city="Ghent"), "home"),
        Entry(Address(city="Antwerp", region="Flanders"), "work"),
    ),
    "urls": (Entry("ann.example"),),
    "company": "Jones",
    "job_title": "Chief; of, all",
    "custom:Location": "Antwerp",
}


class TestContactually(ConnectorConformance):
    ann = ANN
    quirks: Mapping[str, Any] = {}

    @property
    def changed(self) -> Mapping[str, Value]:
        return CHANGED

    @pytest.fixture
    def partner(self, tmp_path):
        app = App(tmp_path, **self.quirks)
        yield app
        app.sandbox.close()

    @pytest.mark.parametrize("name", ["urls", "custom:Location"])
    def test_update_of_a_field_of_its_own_leaves_the_others(self, partner, connector, name):
        self.test_update_of_one_field_leaves_the_others(partner, connector, name)

    @pytest.mark.parametrize("name", ["urls", "custom:Location"])
    def test_empty_value_clears_a_field_of_its_own_alone(self, partner, connector, name):
        self.test_empty_value_clears_that_field_alone(partner, connector, name)

    @pytest.mark.parametrize(
        "wanted",
        [
            (*EMAILS, Entry("ann@new.example", "other")),
            (EMAILS[0],),
            (EMAILS[1],),
            (Entry("ann.smith@work.example", "work"), EMAILS[1]),
            entries(["a@new.example", "b@new.example", "c@new.example"]),
        ],
        ids=["added", "second removed", "first removed", "edited", "replaced"],
    )
    def test_list_elements_are_written_with_labels_kept(self, partner, connector, wanted):
        ann = partner.add(Contact(self.ann))
        record = self.record(partner, connector, ann)
        change = Update(record.id, record.version, record.raw, {"emails": wanted})
        self.write_one(partner, connector, change)
        assert self.shown(partner, connector, ann).fields == {**self.ann, "emails": wanted}


class TestContactuallyOf2016(TestContactually):
    """Other timestamps, no facts about single records, changes that leave no trace."""

    quirks = {
        "timestamps": "spaced",
        "empty_meta": False,
        "created_status": 201,
        "values": "text",
        "errors": "object",
        "unknown_tags": "ignore",
        "tells_archived": True,
    }


class TestContactuallyAsItMayBe(TestContactually):
    """The guesses of the connector the other way round, where that is no loss."""

    quirks = {
        "next_page": "elsewhere",
        "order": "updated",
        "includes_bound": True,
        "unknown_tags": "refuse",
        "errors": "html",
        "idle_writes_touch": True,
        "finds_archived": False,
    }
