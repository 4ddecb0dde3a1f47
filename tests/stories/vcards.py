"""Cards as text, with nothing of the product: how another program reads and edits them.

A *content line* is kept as it is stored, with its folds and its line end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import vobject

#: Properties that the default mapping covers.
MAPPED = frozenset(
    {"N", "FN", "NICKNAME", "EMAIL", "TEL", "ADR", "URL", "ORG", "TITLE", "BDAY", "NOTE"}
)
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r)(?:[ \t][^\r\n]*(?:\r\n|\n|\r))*")
_FOLD = re.compile(rb"(?:\r\n|\n|\r)[ \t]")


def content_lines(card: bytes) -> list[bytes]:
    return _LINE.findall(card)


def property_of(line: bytes) -> str:
    """The name of a content line's property, in upper case and without its group."""
    head = re.split(rb"[;:]", _FOLD.sub(b"", line), maxsplit=1)[0]
    return head.rpartition(b".")[2].decode().upper()


def with_property(card: bytes, name: str, *lines: bytes) -> bytes:
    """The card with these lines (without line ends) in place of all of that property."""
    kept = [line for line in content_lines(card) if property_of(line) != name]
    return with_lines(b"".join(kept), *lines)


def with_lines(card: bytes, *lines: bytes) -> bytes:
    """The card with these lines more, at its end."""
    kept = content_lines(card)
    end = b"\r\n" if kept[0].endswith(b"\r\n") else b"\n"
    return b"".join([*kept[:-1], *(line + end for line in lines), kept[-1]])


def value_of(card: bytes, name: str) -> str:
    """The value of the first line of this property, as written."""
    line = next(item for item in content_lines(card) if property_of(item) == name)
    return _unfolded(line).partition(":")[2]


def foreign_lines(card: bytes) -> list[bytes]:
    """The lines that no mapping covers, in their order and to the byte. How lines end is not
    told by a server's XML (XML 1.0 §2.11): a card that had bare LF gets CRLF (RFC 6350 §3.2)."""
    card = card.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return [line for line in content_lines(card) if property_of(line) not in MAPPED]


def foreign_content(card: bytes) -> list[str]:
    """The same for a server that rewrites: without folds, order and the case of names."""
    return sorted(_in_upper_case(_unfolded(line)) for line in foreign_lines(card))


def _unfolded(line: bytes) -> str:
    return _FOLD.sub(b"", line).rstrip(b"\r\n").decode()


def _in_upper_case(line: str) -> str:
    head, colon, value = line.partition(":")
    name, semicolon, rest = head.partition(";")
    return name.upper() + semicolon + rest + colon + value


@cache
def as_read_by_vobject(card: bytes) -> dict[str, object]:
    """Every mapped property, in a form in which spellings of the same value are equal. Several
    notes are one, of several paragraphs."""
    read = vobject.readOne(_FOLD.sub(b"", card).decode(), ignoreUnreadable=False)
    found: dict[str, object] = {}
    for name, lines in read.contents.items():
        if name.upper() in MAPPED:
            values = [value for line in lines if (value := _value(name, line))]
            found[name] = "\n\n".join(values) if name == "note" else set(values)
    return {name: values for name, values in found.items() if values}


def _value(name: str, line: vobject.base.ContentLine) -> str:
    value = line.value
    if name == "bday":
        return _birthday(line)
    if name == "n":
        parts: Iterable[object] = (
            value.prefix, value.given, value.additional, value.family, value.suffix,
        )  # fmt: skip
    elif name == "adr":
        parts = (
            value.box, value.extended, value.street, value.city, value.region, value.code,
            value.country,
        )  # fmt: skip
    elif name == "org":  # a department is one text, of several units or not
        parts = (value[0], "; ".join(value[1:]))
    else:
        parts = (value,)
    texts = [", ".join(part) if isinstance(part, list) else str(part) for part in parts]
    text = "\n".join(texts).strip()
    return text.casefold() if name == "email" else text


def _birthday(line: vobject.base.ContentLine) -> str:
    digits = re.sub(r"\D", "", line.value)
    return digits[-4:] if len(digits) == 4 or "X-APPLE-OMIT-YEAR" in line.params else digits
