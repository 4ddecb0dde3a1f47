"""What people write: values that tell whose they are and when they were written.

Every value carries a person's number and the number of the word, and keeps them however an app
rewrites or cuts it. So a value found anywhere can be traced to the one event that wrote it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from connectors.contact import Address, Contact, Entry, Segment, Value

SCALARS = ("first_name", "last_name", "company", "job_title", "notes")
LISTS = ("emails", "phones", "urls", "addresses")
FIELDS = (*SCALARS, *LISTS)
#: A field that no mapping and no rule ever covers.
UNMAPPED = "custom:Shoe size"
#: A field that no mapping covers and rules set.
LEVEL = "custom:Level"
LABELS = ("home", "work", "")
#: Apps' own fields that hold one of what lists hold, and those that hold options: one or several.
ELEMENTS = {"custom:Phone": "phones", "custom:Mail": "emails", "custom:Site": "urls"}
OPTIONS = {
    "custom:Stage": ("New", "Warm", "Hot", "Lost"),
    "custom:Tier": ("Neu", "warm", "Heiss", "Weg"),
}
SEVERAL = {
    "custom:Topics": ("News", "Sport", "Art", "Food"),
    "custom:Themes": ("Neues", "sport", "Kunst", "Wein"),
}

_PHONE = re.compile(r"32475(\d{2})(\d{4})")
_TEXT = re.compile(r"p(\d+)w(\d+)", re.IGNORECASE)


class Word(NamedTuple):
    person: int
    number: int


def value_of(field: str, word: Word) -> Value:
    """A scalar field's value; blanks and capitals are what apps like to change."""
    text = f"P{word.person}w{word.number}"
    if field in ELEMENTS:
        return str(entry_of(ELEMENTS[field], word).value)
    if field in OPTIONS:
        return OPTIONS[field][word.number % len(OPTIONS[field])]
    if field in SEVERAL:
        names = SEVERAL[field]
        return tuple(Entry(names[(word.number + i) % len(names)]) for i in range(word.number % 3))
    if field == "notes":
        return f"{text} first line  \nSecond line, longer than some apps keep "
    return f"{text} {field.replace('_', ' ').title()} " if word.number % 3 else text


def entry_of(field: str, word: Word) -> Entry:
    text = f"P{word.person}w{word.number}"
    label = LABELS[word.number % len(LABELS)]
    if field == "phones":
        digits = f"{word.person:02d}{word.number:04d}"
        return Entry(f"+32 475 {digits[:2]} {digits[2:]}", label)
    if field == "addresses":
        return Entry(Address(street=f"{text} Street 1", city="Ghent"), label)
    return Entry(f"{text}@Ex.org" if field == "emails" else f"https://www.{text}.example/", label)


def contact_of(
    person: int, fields: tuple[tuple[str, tuple[int, ...]], ...], tags: tuple[str, ...] = ()
) -> Contact:
    """``fields``: by field the numbers of the words in it."""
    values: dict[str, Value] = {UNMAPPED: f"P{person}w0 forty"}
    for field, numbers in fields:
        words = [Word(person, number) for number in numbers]
        if field in LISTS:
            values[field] = tuple(entry_of(field, word) for word in words)
        else:
            values[field] = value_of(field, words[0])
    return Contact(values, frozenset(Segment("tag", tag) for tag in tags))


def tags_of(contact: Contact | None) -> frozenset[str]:
    return frozenset(item.name for item in contact.segments) if contact else frozenset()


@cache
def _word_in(text: str) -> Word | None:
    if found := _TEXT.search(text):
        return Word(int(found[1]), int(found[2]))
    if found := _PHONE.search(re.sub(r"\D", "", text)):
        return Word(int(found[1]), int(found[2]))
    return None


@cache
def words_in(text: str) -> tuple[Word, ...]:
    """All words of a text, in their order."""
    found = tuple(Word(int(person), int(number)) for person, number in _TEXT.findall(text))
    phone = None if found else _word_in(text)
    return (phone,) if phone else found


def word_of(contact: Contact | None, field: str) -> Word | None:
    """The word that a scalar field shows, None where it is empty."""
    value = contact.get(field) if contact is not None else ""
    return _word_in(str(value)) if value else None


def words_of(contact: Contact | None, field: str) -> tuple[Word, ...]:
    """The words in a list field, in order."""
    value = contact.get(field) if contact is not None else ""
    entries = value if isinstance(value, tuple) else ()
    return tuple(word for entry in entries if (word := _word_in(str(entry.value))))


def person_of(contact: Contact) -> int:
    for field in (*LISTS, *SCALARS, *contact.fields):
        value = contact.get(field)
        texts = [value] if isinstance(value, str) else [str(entry.value) for entry in value]
        for text in texts:
            if found := _word_in(text):
                return found.person
    return 0


def edited(what: str, pid: int, before: Value, field: str, *rest: Any) -> Value:
    """A field's value after one of the events from "set" to "part"."""
    if field not in LISTS:
        return value_of(field, Word(pid, rest[0])) if what == "set" else ""
    entries = list(before) if isinstance(before, tuple) else []
    if what == "put":
        entries.append(entry_of(field, Word(pid, rest[0])))
    elif what == "turn":
        entries = entries[1:] + entries[:1]
    elif what in ("prime", "label", "part"):
        return tuple(_touched(what, pid, entries, *rest))
    elif entries:
        position = rest[0] % len(entries)
        old = entries.pop(position)
        if what == "swap":
            new = entry_of(field, Word(pid, rest[1]))
            entries.insert(position, type(new)(new.value, old.label, old.primary))
    return tuple(entries)


def _touched(what: str, pid: int, entries: list[Entry], *rest: Any) -> list[Entry]:
    """One of the events "prime", "label" and "part": no element comes or goes by it."""
    if not entries:
        return entries
    if what == "part":
        part, number = rest
        text = f"P{pid}w{number} {part}" if number else ""
        address = replace(entries[0].value, **{part: text})
        return [replace(entries[0], value=address), *entries[1:]] if address else entries
    place = rest[0] % len(entries)
    if what == "prime":
        return [replace(entry, primary=i == place) for i, entry in enumerate(entries)]
    return [*entries[:place], replace(entries[place], label=rest[1]), *entries[place + 1 :]]
