"""Characters that no database keeps are one contact's fault."""

from __future__ import annotations

import pytest

from connections.storable import UNSTORABLE, storable
from connectors.connector import Received
from connectors.contact import Contact, entries


def received(text: str) -> Received:
    return Received("1", "v1", Contact({"notes": text, "emails": entries(["ann@x.org"])}))


@pytest.mark.parametrize("text", ["a\x00b", "\x00", "half \ud83d of a pair"])
def test_impossible_characters_are_a_fault(text: str) -> None:
    assert storable(received(text)) == Received("1", "v1", None, fault=UNSTORABLE)


@pytest.mark.parametrize(
    "text", ["", "plain", "\U0001f600", "\\u0000", "\\\\u0000", "\\ud83d", "\t\n"]
)
def test_everything_else_is_kept(text: str) -> None:
    assert storable(received(text)) == received(text)
