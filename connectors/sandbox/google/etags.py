"""The two kinds of etags.

That of a source, ``#`` and base64, changes with its contact and says nothing else. That of a
person is ``%`` and base64 of a protobuf message with the fields that were asked for (2), the kinds
of sources (3) and the text of the source's etag (4): it differs by what was asked for although
nothing changed (decoded from a sample in googleapis/google-api-dotnet-client#1737).
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterable
from hashlib import sha256

from connectors.sandbox.google.masks import READABLE

_FIELDS, _SOURCES, _TEXT = 0x12, 0x1A, 0x22
#: The kinds of sources as that sample numbers them: contacts and profiles, and contacts alone.
_ALL_SOURCES = (1, 2, 5, 7)
_CONTACT = (2,)


def of_source(source: str, change: int) -> str:
    return "#" + b64encode(sha256(f"{source}:{change}".encode()).digest()[:8]).decode()


def of_person(source_etag: str, fields: Iterable[str], contacts_only: bool) -> str:
    numbers = bytes(sorted(READABLE.index(field) + 1 for field in fields))
    sources = bytes(_CONTACT if contacts_only else _ALL_SOURCES)
    text = source_etag.removeprefix("#").encode()
    parts = ((_FIELDS, numbers), (_SOURCES, sources), (_TEXT, text))
    return "%" + b64encode(b"".join(bytes([tag, len(part)]) + part for tag, part in parts)).decode()


def source_in(etag: str) -> str:
    """The source's etag that is in a person's; "" for what is none."""
    if not etag.startswith("%"):
        return ""
    try:
        data = b64decode(etag[1:], validate=True)
    except binascii.Error:
        return ""
    while len(data) > 1:
        tag, length = data[0], data[1]
        if tag == _TEXT:
            return "#" + data[2 : 2 + length].decode("ascii", "replace")
        data = data[2 + length :]
    return ""
