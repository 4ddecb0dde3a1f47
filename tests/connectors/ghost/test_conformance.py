"""Ghost does what every connector must, against its stand-in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from connectors.connector import Create, Update
from connectors.contact import Contact, Value
from connectors.errors import Refused
from tests.connectors.conformance import ODD_TEXTS, ConnectorConformance, marker
from tests.connectors.ghost.partner import App


class GhostConformance(ConnectorConformance):
    """At whatever Ghost: its stand-in, or the real one (``real``)."""

    ann: Mapping[str, Value] = {
        "full_name": "Ann Smith",
        "emails": "ann@work.example",
        "notes": "First line\nsecond line",
    }
    edited: Mapping[str, Value] = {"notes": "Another"}
    another: Mapping[str, Value] = {"full_name": "Ann Jones"}
    quiet = 4
    required = frozenset({"emails"})
    computed = frozenset({"custom:Newsletters", "custom:Membership"})
    texts = tuple(text for text in ODD_TEXTS if len(text) <= 191)

    @property
    def changed(self) -> Mapping[str, Value]:
        return {
            "full_name": "Anne Marie van der Jones, Jr",
            "emails": "ann@home.example",
            "notes": "Third\nline",
        }

    def somebody(self, first: str) -> Mapping[str, Value]:
        address = f"{first.lower().replace(' ', '.')}@people.example"
        return {"full_name": first, "emails": address}

    # --- Where Ghost is another than most ---------------------------------------------------

    def test_create_gets_the_status_it_asks_for(self, partner, connector):
        """Whose mail bounces is for Ghost to say."""
        for status in self.catalogue(partner, connector).statuses:
            fields = {**self.somebody("Ann"), "emails": f"{status}@people.example"}
            (result,) = connector.write(
                partner.container, [Create(marker(), fields, status=status)]
            )
            if status == "cleaned":
                assert isinstance(result, Refused)
            else:
                assert self.shown(partner, connector, result.id).status == status

    def test_update_leaves_the_status_alone(self, partner, connector):
        for status in ("subscribed", "unsubscribed"):
            ann = partner.add(Contact({**self.ann, "emails": f"{status}@x.example"}, status=status))
            record = self.record(partner, connector, ann)
            changed = {**self.changed, "emails": f"new-{status}@x.example"}
            self.write_one(
                partner, connector, Update(record.id, record.version, record.raw, changed)
            )
            shown = self.shown(partner, connector, ann)
            newsletters = {name: shown.get(name) for name in shown.fields if "News" in name}
            assert shown.status == status
            assert bool(newsletters) == (status == "subscribed")

    def test_newsletters_can_be_read_and_not_written(self, partner, connector):
        field = self.catalogue(partner, connector).field("custom:Newsletters")
        assert (field.writable, len(field.options)) == (False, 1)
        ann = partner.add(Contact(self.ann))
        record = self.record(partner, connector, ann)
        assert [entry.value for entry in record.contact.get(field.name)] == list(field.options)
        write = Update(ann, record.version, record.raw, {field.name: ()})
        (result,) = connector.write(partner.container, [write])
        assert isinstance(result, Refused)
        assert self.record(partner, connector, ann) == record


class TestGhost(GhostConformance):
    quirks: Mapping[str, Any] = {}

    @pytest.fixture
    def partner(self, tmp_path: Path) -> Iterator[App]:
        app = App(tmp_path, **self.quirks)
        yield app
        app.sandbox.close()


class TestGhostAsItMayBe(TestGhost):
    """With MySQL, an older version, and a clock that is some minutes off."""

    quirks = {"folds_address_case": True, "site_ids": False, "ahead": -200}
