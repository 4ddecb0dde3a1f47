"""XML, vCards and other texts spoilt by chance where they have joints."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from tests.fuzzing.spoiling import ODD_TEXTS, spoilt_bytes, spoilt_text

_TAG = re.compile(rb"<[^>]*>")
_INNER = re.compile(rb">([^<]+)<")
_ODD_XML = (
    b"<a/>",
    b"</D:response>",
    b"<D:response/>",
    b"<D:href/>",
    b"<D:href>http://[</D:href>",
    b"<D:status>HTTP/1.1 999 ?</D:status>",
    b"<D:status/>",
    b"&#0;",
    b"&#xd800;",
    b"&bomb;",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"<?x?>",
    b"<" * 300,
    b"<a>" * 400,
    b"<a>" * 400 + b"</a>" * 400,
    b"<q:a/>",
    b'<a b="1" b="2"/>',
)
_PROLOGUES = (
    b'<?xml version="1.0" encoding="utf-16"?>',
    b'<?xml version="1.0" encoding="gbk"?>',
    b'<?xml version="1.0" encoding="nothing"?>',
    b'<?xml version="1.0" encoding="utf-7"?>',
    b'<?xml version="9.9"?>',
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY bomb "b">]>',
    b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd">',
)
_PARAMS = (
    ";PREF=²",
    ";PREF=999",
    ";TYPE=",
    ";TYPE=,,",
    ';TYPE="home',
    ";ENCODING=QUOTED-PRINTABLE",
    ";CHARSET=nothing;ENCODING=QUOTED-PRINTABLE",
    ";CHARSET=hex;ENCODING=QUOTED-PRINTABLE",
    ";ENCODING=b",
    ";VALUE=uri",
    ";LABEL=x",
    ";X-APPLE-OMIT-YEAR=1604",
    ";;;",
    ";=",
    ";a=^n",
    ";CHARSET=idna;ENCODING=QUOTED-PRINTABLE",
    ";CHARSET=utf-16;ENCODING=QUOTED-PRINTABLE",
)
_LINES = (
    "BEGIN:VCARD",
    "END:VCARD",
    "VERSION:2.1",
    "VERSION:",
    "N:",
    "N:;;;;;;;;;;;",
    "FN:",
    ":",
    ";",
    "",
    " ",
    " folded",
    "\t",
    "=",
    "item1.X-ABLabel:x",
    "item1.TEL:1",
    ".EMAIL:a@b.c",
    "EMAIL",
    "AGENT:",
    "BDAY:",
    "BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-30",
    "TEL:tel:%ff;ext=²",
    "TEL:tel:",
    "ADR:;;;;;;",
    "ORG:;;;",
    "CATEGORIES:,,,",
    "CATEGORIES:a\\,b,\\",
    "NOTE:\\",
    "URL://[",
    "NOTE;ENCODING=QUOTED-PRINTABLE:=",
    "NOTE;ENCODING=QUOTED-PRINTABLE:=ZZ=\r\n=\r\n=",
)


def spoilt_xml(body: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 1, 2))):
        body = chance.choice(
            (_spoil_tag, _spoil_inner, _spoil_inner, _spoil_prologue, spoilt_bytes)
        )(body, chance)
    return body


def _spoil_tag(body: bytes, chance: random.Random) -> bytes:
    found = list(_TAG.finditer(body))
    if not found:
        return body
    one, other = chance.choice(found), chance.choice(found)
    put = chance.choice(
        (b"", one[0] * 2, other[0], chance.choice(_ODD_XML), b"<x>", one[0].lower())
    )
    return body[: one.start()] + put + body[one.end() :]


def _spoil_inner(body: bytes, chance: random.Random) -> bytes:
    found = list(_INNER.finditer(body))
    if not found:
        return body
    one = chance.choice(found)
    text = spoilt_text(one[1].decode("utf-8", "replace"), chance)
    data = chance.choice((text.encode("utf-8", "replace"), chance.choice(_ODD_XML), b""))
    return body[: one.start(1)] + data + body[one.end(1) :]


def _spoil_prologue(body: bytes, chance: random.Random) -> bytes:
    return chance.choice(_PROLOGUES) + re.sub(rb"^\s*<\?xml[^>]*\?>", b"", body)


def spoilt_card(card: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 1, 2, 4))):
        card = chance.choice((_spoil_line, _spoil_line, _spoil_value, _spoil_value, spoilt_bytes))(
            card, chance
        )
    return card


def _spoil_line(card: bytes, chance: random.Random) -> bytes:
    lines = card.split(b"\r\n")
    place = chance.randrange(len(lines))
    line = chance.choice(_LINES).encode()
    ways: tuple[Callable[[], object], ...] = (
        lambda: lines.insert(place, line),
        lambda: lines.insert(place, lines[place]),
        lambda: lines.pop(place),
        lambda: lines.insert(chance.randrange(len(lines)), lines.pop(place)),
    )
    chance.choice(ways)()
    return chance.choice((b"\r\n", b"\r\n", b"\n", b"\r")).join(lines)


def _spoil_value(card: bytes, chance: random.Random) -> bytes:
    lines = card.split(b"\r\n")
    place = chance.randrange(len(lines))
    head, colon, value = lines[place].partition(b":")
    text = value.decode("utf-8", "surrogateescape")
    put = chance.choice(ODD_TEXTS).encode("utf-8", "surrogatepass")
    lines[place] = chance.choice(
        (
            head + chance.choice(_PARAMS).encode() + colon + value,
            head + colon + spoilt_text(text, chance).encode("utf-8", "surrogatepass"),
            head + colon + put,
            head + colon + value + b"\r\n " + put,
            spoilt_bytes(lines[place], chance),
            head + colon + b";".join([value] * chance.choice((2, 9))),
            head.lower() + colon + value,
        )
    )
    return b"\r\n".join(lines)
