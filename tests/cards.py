"""Address books as people have them, made up: ``realistic_cards(1000, seed=20261123)``.

The same count and seed always give the same cards, and a longer list begins with the shorter
one. Every card has a UID and e-mail addresses of its own, so that each is a person of its own;
around that there is what real books hold: several locales and scripts, photos, long notes,
properties of other programs, the spellings of several writers (vCard 3.0 and 4.0, groups,
quoted-printable, lower-case names, bare line feeds). Real servers accept all of them.
"""

from __future__ import annotations

import base64
import random
import unicodedata
from collections.abc import Callable
from uuid import UUID

from faker import Faker

SEED = 20261123
LOCALES = ("en_US", "nl_BE", "fr_FR", "de_DE", "pt_BR", "pl_PL", "ru_RU", "el_GR", "ja_JP", "ar_AA")
_WRITERS = (
    "-//Apple Inc.//iPhone OS 17.4//EN",
    "-//Evolution 3.46//EN",
    "-//dmfs.org//mimedir.vcard//EN",
)


def realistic_cards(count: int, seed: int = SEED) -> list[str]:
    """vCards with line ends as a client would send them."""
    chance = random.Random(seed)
    fakers = [Faker(locale) for locale in LOCALES]
    for number, faker in enumerate(fakers):
        faker.seed_instance(seed + number)
    return [_person(index, chance, chance.choice(fakers)) for index in range(count)]


def _person(index: int, chance: random.Random, faker: Faker) -> str:
    version = "4.0" if chance.random() < 0.15 else "3.0"
    first, last = faker.first_name(), faker.last_name()
    if chance.random() < 0.03:
        first, last = unicodedata.normalize("NFD", first), unicodedata.normalize("NFD", last)
    middle = faker.first_name() if chance.random() < 0.1 else ""
    prefix = "Dr." if chance.random() < 0.05 else ""
    full = " ".join(part for part in (prefix, first, middle, last) if part)
    lines = [
        "BEGIN:VCARD",
        f"VERSION:{version}",
        f"PRODID:{chance.choice(_WRITERS)}",
        f"UID:{UUID(int=chance.getrandbits(128), version=4)}",
        f"N:{_text(last)};{_text(first)};{_text(middle)};{prefix};",
        f"FN:{_text(full)}",
        *_ways_to_reach(index, chance, faker, version),
        *_work(chance, faker),
        *_dates(chance, version),
    ]
    for share, extra in _EXTRAS:
        if chance.random() < share:
            lines += extra(chance, faker, version)
    return _spelt([*lines, "END:VCARD"], chance)


# --- What most cards have ------------------------------------------------------------------


def _ways_to_reach(index: int, chance: random.Random, faker: Faker, version: str) -> list[str]:
    lines = []
    domains = ("gmail.example", "Mail.Example", "firma.example", "xn--bcher-kva.example")
    for number, kind in enumerate(("HOME", "WORK", "WORK")[: chance.choice((1, 1, 1, 2, 3))]):
        local = f"{faker.user_name()}.{index}" + (f"-{number}" if number else "")
        preferred = _preferred(version) if number == 0 and chance.random() < 0.3 else ""
        lines.append(f"EMAIL;TYPE={kind}{preferred}:{local}@{chance.choice(domains)}")
    for kind in chance.sample(("CELL", "HOME", "WORK", "FAX"), chance.choice((0, 1, 1, 2, 3))):
        types = "WORK,FAX" if kind == "FAX" and version == "3.0" else kind
        lines.append(f"TEL;TYPE={types}:{_phone(chance)}")
    if chance.random() < 0.5:
        street, city = faker.street_address().replace("\n", " "), faker.city()
        postcode, country = faker.postcode(), faker.current_country()
        kind = chance.choice(("HOME", "WORK"))
        address = ";".join(("", "", _text(street), _text(city), "", postcode, _text(country)))
        lines.append(f"ADR;TYPE={kind}:{address}")
    if chance.random() < 0.2:
        lines.append(f"URL:https://www.{faker.domain_word()}.example/{index}?a=1&b=2")
    return lines


def _preferred(version: str) -> str:
    return ";PREF=1" if version == "4.0" else ";TYPE=PREF"


def _phone(chance: random.Random) -> str:
    """Numbers that exist in form, in the spellings people type."""
    digits = "".join(chance.choices("0123456789", k=6))
    return chance.choice(
        (
            f"+32 475 {digits[:2]} {digits[2:4]} {digits[4:]}",
            f"+1 (212) 55{digits[0]}-{digits[1:5]}",
            f"+49 30 {digits}",
            f"+3247{digits[0]}{digits}",
            f"00 33 1 42 {digits[:2]} {digits[2:4]} {digits[4:]}",
            f"0{digits[:3]} / {digits[3:]}-{digits[0]} ext. {digits[1:3]}",
        )
    )


def _work(chance: random.Random, faker: Faker) -> list[str]:
    lines = []
    if chance.random() < 0.5:
        unit = ";" + _text(chance.choice(("Sales", "R&D, Labs", "Étude; Conseil"))) * (
            chance.random() < 0.3
        )
        lines.append(f"ORG:{_text(faker.company())}{unit.rstrip(';')}")
    if chance.random() < 0.4:
        lines.append(f"TITLE:{_text(faker.job())}")
    return lines


def _dates(chance: random.Random, version: str) -> list[str]:
    if chance.random() > 0.25:
        return []
    year, month, day = chance.randint(1935, 2009), chance.randint(1, 12), chance.randint(1, 28)
    if chance.random() < 0.2:
        apple = f"BDAY;X-APPLE-OMIT-YEAR=1604:1604-{month:02}-{day:02}"
        return [f"BDAY:--{month:02}{day:02}" if version == "4.0" else apple]
    return [
        f"BDAY:{year}-{month:02}-{day:02}" if version == "3.0" else f"BDAY:{year}{month:02}{day:02}"
    ]


# --- What some have ------------------------------------------------------------------------


def _note(chance: random.Random, faker: Faker, version: str) -> list[str]:
    return [f"NOTE:{_text(faker.text(300) + chr(10) + '☎ 👩🏽‍💻 naïve “quotes”; a, b')}"]


def _long_note(chance: random.Random, faker: Faker, version: str) -> list[str]:
    paragraphs = [faker.text(900) for _ in range(chance.randint(8, 25))]
    return [f"NOTE:{_text(chr(10).join(paragraphs))}"]


def _photo(chance: random.Random, faker: Faker, version: str) -> list[str]:
    """The first bytes are a JPEG's; nobody looks at the others."""
    size = chance.randint(1_000, 16_000)
    picture = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + chance.randbytes(size)
    data = base64.b64encode(picture).decode()
    if version == "4.0":
        return [f"PHOTO:data:image/jpeg;base64\\,{data}"]
    return [f"PHOTO;ENCODING=b;TYPE=JPEG:{data}"]


def _of_other_programs(chance: random.Random, faker: Faker, version: str) -> list[str]:
    word = faker.user_name()
    pool = [
        f"X-SOCIALPROFILE;TYPE=twitter;X-USER={word}:https://twitter.example/{word}",
        "X-ANDROID-CUSTOM:vnd.android.cursor.item/relation;Anna;1;;;;;;;;;;;;;",
        f"X-PHONETIC-FIRST-NAME:{word}",
        f"IMPP;X-SERVICE-TYPE=Jabber;TYPE=HOME:xmpp:{word}@jabber.example",
        f"X-EVOLUTION-FILE-AS:{_text(faker.last_name())}\\, {_text(faker.first_name())}",
        "X-MOZILLA-HTML:FALSE",
        "GEO:51.05;3.7167" if version == "3.0" else "GEO:geo:51.05,3.7167",
        "TZ:+01:00",
        f"ROLE:{_text(faker.job())}",
        f"NICKNAME:{_text(faker.first_name())}",
        "CATEGORIES:Friends,Choir\\, alto,Work",
        "CLASS:PRIVATE" if version == "3.0" else "LANG;PREF=1:nl",
        "REV:2024-05-06T07:08:09Z" if version == "3.0" else "REV:20240506T070809Z",
        "X-EMPTY:",
        "X-TRICKY;X-P=\"a;b:c,d\":back\\\\slash \\; semicolon \\, comma: colon",
    ]  # fmt: skip
    return chance.sample(pool, chance.randint(1, 4))


def _grouped(chance: random.Random, faker: Faker, version: str) -> list[str]:
    return [
        f"item1.URL;TYPE=pref:https://blog.example/{faker.user_name()}",
        "item1.X-ABLabel:_$!<HomePage>!$_",
        f"item2.X-ABDATE;TYPE=pref:20{chance.randint(10, 24)}-06-21",
        "item2.X-ABLabel:_$!<Anniversary>!$_",
        f"item3.X-ABRELATEDNAMES:{_text(faker.first_name())}",
        "item3.X-ABLabel:Petit-cousin",
    ]


_Extra = Callable[[random.Random, Faker, str], list[str]]
_EXTRAS: tuple[tuple[float, _Extra], ...] = (
    (0.2, _note),
    (0.01, _long_note),
    (0.04, _photo),
    (0.35, _of_other_programs),
    (0.08, _grouped),
)


# --- How it is spelt -----------------------------------------------------------------------


def _text(value: str) -> str:
    """Escaped as RFC 6350 §3.4 has it."""
    for char in "\\;,":
        value = value.replace(char, "\\" + char)
    return value.replace("\n", "\\n")


def _spelt(lines: list[str], chance: random.Random) -> str:
    """One of several writers' hands; folded at 75 bytes, never inside a character."""
    hand = chance.random()
    if hand < 0.03:
        lines = [_quoted_printable(line) for line in lines]
    elif hand < 0.06:
        lines = [_with_charset(line) for line in lines]
    elif hand < 0.09:
        lines = [_lower(line) for line in lines]
    end = "\n" if chance.random() < 0.04 else "\r\n"
    fold = "\t" if chance.random() < 0.04 else " "
    return "".join(part + end for line in lines for part in _folded(line, fold))


def _quoted_printable(line: str) -> str:
    """As programs that grew up with vCard 2.1 go on writing it."""
    name, _, value = line.partition(":")
    if name not in ("TITLE", "FN") or value.isascii() or "\\" in value:
        return line
    encoded = "".join(f"={byte:02X}" for byte in value.encode())
    return f"{name};CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{encoded}"


def _with_charset(line: str) -> str:
    name, _, value = line.partition(":")
    return f"{name};CHARSET=UTF-8:{value}" if name in ("N", "FN", "ORG", "NOTE") else line


def _lower(line: str) -> str:
    name, colon, value = line.partition(":")
    if name in ("N", "FN", "TITLE", "NOTE", "ORG"):
        name = name.lower()
    return name + colon + value


def _folded(line: str, fold: str) -> list[str]:
    if "QUOTED-PRINTABLE" in line:
        return _soft_breaks(line)
    parts, part, size = [], "", 0
    for char in line:
        width = len(char.encode())
        if size + width > 75:
            parts.append(part)
            part, size = fold, 1
        part, size = part + char, size + width
    return [*parts, part]


def _soft_breaks(line: str) -> list[str]:
    """Quoted-printable has line breaks of its own (RFC 2045 §6.7): "=" at the end."""
    parts = []
    while len(line) > 75:
        cut = line.find("=", 70, 72) if "=" in line[70:72] else 72
        parts.append(line[:cut] + "=")
        line = line[cut:]
    return [*parts, line]
