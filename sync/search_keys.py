"""By what people are searched: their names in normal form.

Keys are bytes, since both databases order bytes alike, whatever the collation of their texts: so
all names with one beginning are a range of an index.
"""

from __future__ import annotations

from connectors.fields import fold

#: Characters of a name that it can be found by.
LONGEST = 60


def keys_of(name: str) -> tuple[bytes, bytes]:
    """*ann marie smith* and *smith ann marie*; of a single word the second is empty."""
    plain = _plain(name)
    others, _, last = plain.rpartition(" ")
    return _key(plain), _key(f"{last} {others}") if others else b""


def name_key(name: str) -> bytes:
    """The first of the two."""
    return _key(_plain(name))


def beginning(text: str) -> tuple[bytes, bytes]:
    """What the keys that begin so are not below, and what they are all below."""
    key = name_key(text)
    return key, key + b"\xff"  # which no text holds


def _plain(name: str) -> str:
    """Also as in *Smith, Ann*."""
    return fold(name.replace(",", " "))


def _key(plain: str) -> bytes:
    return plain[:LONGEST].encode()
