"""What a side shows for a line, in the judge's own reading: words, whatever an app made of them."""

from __future__ import annotations

from typing import Any

from connectors.contact import NAME_PARTS, Address, Contact, Entry, as_entries
from tests.world.joins import STAGES, TOPICS, Join
from tests.world.words import LISTS, OPTIONS, SEVERAL, words_in

#: What is shown: words, or what an option means; empty where nothing is.
Token = tuple[Any, ...]

#: What each option is called on the side of the first of each pair, folded; and those that only one
#: side knows.
_MEANING = {theirs.casefold(): mine.casefold() for mine, theirs in (*STAGES, *TOPICS)}
_ALONE = frozenset(names[-1].casefold() for names in (*OPTIONS.values(), *SEVERAL.values()))


def is_list(line: Join) -> bool:
    """Does the line see whole lists?"""
    return all(line.of(side) in (*LISTS, *SEVERAL) for side in "ab")


def can_be_said(token: Token) -> bool:
    return _ALONE.isdisjoint(token)


def read(line: Join, side: str, contact: Contact, last: Token) -> Token:
    """``last``: what it is known to have shown, by which one of several is meant again."""
    name = line.of(side)
    parent, _, part = name.partition(".")
    if name == "full_name":
        return _name(" ".join(contact.text(each) for each in NAME_PARTS))
    if "full_name" in (line.a, line.b):
        return _name(contact.text(name))
    if "addresses" in (line.a, line.b) and name not in LISTS:
        return _place(contact.text(name))
    entries = as_entries(contact.get(parent))
    if name in SEVERAL:
        return tuple(sorted({_token(entry)[0] for entry in entries}))
    if part == "city":
        return _city(_meant(entries, [_city(entry) for entry in entries], last))
    if part:
        return _token(next((entry for entry in entries if entry.label == part), None))
    if parent in LISTS:
        return _token(_meant(entries, [_token(entry) for entry in entries], last))
    return _token(Entry(contact.text(name))) if contact.get(name) else ()


def _meant(entries: tuple[Entry, ...], tokens: list[Token], last: Token) -> Entry | None:
    """The primary one, else the one known, else the first."""
    primary = next((entry for entry in entries if entry.primary), None)
    if primary or not entries:
        return primary
    known = tokens.index(last) if last and last in tokens else 0
    return entries[known]


def _token(entry: Entry | None) -> Token:
    if entry is None:
        return ()
    text = str(entry.value)
    if isinstance(entry.value, Address):
        return _place(text)
    folded = text.casefold()
    return words_in(text)[:1] or (_MEANING.get(folded, folded),)


def _name(text: str) -> Token:
    return tuple(text.split())


def _place(address: str) -> Token:
    """An address as text: its words, and the city that has none."""
    return (*words_in(address), *(["ghent"] if "ghent" in address.casefold() else []))


def _city(entry: Entry | None) -> Token:
    if entry is None or not isinstance(entry.value, Address) or not entry.value.city:
        return ()
    return _token(Entry(entry.value.city))
