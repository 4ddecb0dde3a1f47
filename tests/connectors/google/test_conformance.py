"""What every connector must do, against the stand-in of Google Contacts."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from connectors.contact import Contact, Entry, Value
from tests.connectors.conformance import ANN, CHANGED, ODD_TEXTS, ConnectorConformance, _update
from tests.connectors.google.partner import Book


def marked(value: Value) -> Value:
    """Google marks one of several values as primary, be it told which or not."""
    if isinstance(value, str) or len(value) < 2 or any(entry.primary for entry in value):
        return value
    first = value[0]
    return (Entry(first.value, first.label, True), *value[1:])


class TestGoogle(ConnectorConformance):
    #: Those that are not longer than Google takes.
    texts = tuple(text for text in ODD_TEXTS if len(text) <= 1024)

    @property
    def changed(self) -> Mapping[str, Value]:
        return {name: marked(CHANGED[name]) for name in self.ann}

    def spoiled(self, cursor: str) -> str:
        return json.dumps({**json.loads(cursor), "token": "none-of-Google's"})

    @pytest.fixture
    def partner(self, tmp_path) -> Book:
        return Book(tmp_path)

    @pytest.mark.parametrize(
        "wanted",
        [
            (*ANN["emails"], Entry("ann@new.example", "other")),
            (Entry("ann@work.example", "work"),),
            (Entry("ann@home.example", "home"),),
            (Entry("ann.smith@work.example", "work", True), ANN["emails"][1]),
            (Entry("a@new.example", "", True), Entry("b@new.example"), Entry("c@new.example")),
        ],
        ids=["added", "second removed", "primary removed", "edited", "replaced"],
    )
    def test_list_elements_are_written_with_labels_kept(self, partner, connector, wanted):
        """As for all apps, but that one alone is called primary by nobody, and one of several
        always is."""
        ann = partner.add(Contact(self.ann))
        record = self.record(partner, connector, ann)
        self.write_one(partner, connector, _update(record, {"emails": wanted}))
        assert self.shown(partner, connector, ann).fields == {**self.ann, "emails": wanted}
