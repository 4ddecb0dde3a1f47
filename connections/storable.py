"""What no database of ours keeps is a fault of that one contact, and stops no other. Pure."""

from __future__ import annotations

import json
from dataclasses import replace

from connectors.connector import Received
from connectors.contact import contact_to_json

#: PostgreSQL keeps neither a NUL (https://www.postgresql.org/docs/15/datatype-json.html) nor half
#: a surrogate pair, which is no character.
UNSTORABLE = (
    "It holds characters that are no text (NUL, or half of a surrogate pair). "
    "Remove them in the app; it is then read again."
)


def storable(received: Received) -> Received:
    """The record as it can be kept: one with impossible characters is one with a fault."""
    if received.contact is None:
        return received
    text = json.dumps(contact_to_json(received.contact), ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return replace(received, contact=None, fault=UNSTORABLE)
    if "\\u0000" in text.replace("\\\\", ""):
        return replace(received, contact=None, fault=UNSTORABLE)
    return received
