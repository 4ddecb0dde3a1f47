"""The order of a name's words: what counts as the same name, and how a name is read.

Parts are joined in one order, given name before surname. People also write "Smith, Ann",
"山田 太郎" and "Иванов Иван Иванович". Such a spelling is read, never written: ``plain`` says that
it is the same name as "Ann Smith", so that a sync has no reason to rewrite it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.name_words import (
    FIRST,
    LAST,
    MIDDLE,
    PREFIX,
    SUFFIX,
    are_suffixes,
    is_unspaced,
    particles,
    read_core,
    suffixes,
    titles,
)

_PATRONYMIC = re.compile(r"(?:ович|евич|ьич|овна|евна|ична)$")
#: A patronymic's ending may be that of a surname too (Прокопович); so the surname that goes first
#: has to look like one.
_SURNAME = re.compile(r"(?:[оеё]ва?|[иы]на?|[сц]к(?:ий|ой|ая)|енко|ук|юк)$")
_NO_PERSON = re.compile(r"[&+/@\d]")
#: More words on either side of a comma are a list or a sentence.
_MOST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """A name's words in the order of the parts; ``parts`` of the words where the spelling tells
    them ("García López, Ana" says which words are the surname)."""

    words: Sequence[str]
    parts: Sequence[int] | None = None


def plain(name: str) -> str:
    """The form in which two names are compared; not for showing.

    Unicode NFC, blanks and commas levelled, given name before surname where a comma or a Russian
    patronymic tells which is which. In Chinese, Japanese and Korean, where one name is written
    "山田太郎", "山田 太郎" and "太郎 山田", neither blanks nor what goes first make a difference.
    """
    if name.isascii() and "," not in name:
        return " ".join(name.split())
    words = read_order(unicodedata.normalize("NFC", name)).words
    levelled: Sequence[str] = " ".join(words).replace(",", " ").split()
    levelled = _turned(levelled) or levelled  # without its comma a name may read as the other form
    if not is_unspaced(levelled):
        return " ".join(levelled)
    text = "".join(levelled)
    return min(text[start:] + text[:start] for start in range(len(text)))


def read_order(name: str) -> Reading:
    if "," in name:
        return _comma_form(name)
    words = name.split()
    turned = _turned(words)
    return Reading(turned, (FIRST, MIDDLE, LAST)) if turned else Reading(words)


def _turned(words: Sequence[str]) -> Sequence[str] | None:
    """Given name, patronymic, surname, if the words are these with the surname first."""
    if len(words) != 3:
        return None
    family, given, patronymic = words
    if not _PATRONYMIC.search(patronymic) or _PATRONYMIC.search(given):
        return None
    return (given, patronymic, family) if _SURNAME.search(family) else None


def _comma_form(name: str) -> Reading:
    segments = [words for segment in name.split(",") if (words := segment.split())]
    if not segments:
        return Reading(())
    after: list[list[str]] = []
    after_name = len(segments[0]) > 1
    while len(segments) > 1 and are_suffixes(segments[-1], after_name=after_name):
        after.insert(0, segments.pop())
    suffix = ", ".join(" ".join(words) for words in after).split()
    if len(segments) == 1 and not (after and _NO_PERSON.search(name)):
        return _with_suffix(segments[0], suffix)
    if len(segments) == 2 and not _NO_PERSON.search(name):
        family, given = segments
        if len(family) <= _MOST_WORDS and len(given) <= _MOST_WORDS:
            return _family_first(family, given, suffix)
    words = name.split()
    return Reading(words, [FIRST] * len(words))


def _with_suffix(words: list[str], suffix: list[str]) -> Reading:
    """ "Ann Smith, PhD" """
    if not suffix:
        return Reading(words)
    words, own_suffix = _cut(words, min(suffixes(words), len(words) - 1))
    suffix = [*own_suffix, *suffix]
    front = min(titles(words), len(words) - 1)
    core = read_core(words[front:], by_surname=front > 0)
    return Reading([*words, *suffix], [PREFIX] * front + core + [SUFFIX] * len(suffix))


def _family_first(family: list[str], given: list[str], suffix: list[str]) -> Reading:
    """ "Smith, Ann", "Smith, Dr. Ann", "Berg, Jan van der", "Smith, Ann, Jr.", "Smith Jr., Ann" """
    family, own_suffix = _cut(family, min(suffixes(family), len(family) - 1))
    given, given_suffix = _cut(given, min(suffixes(given), len(given) - 1))
    suffix = [*own_suffix, *given_suffix, *suffix]
    before = min(titles(family), len(family) - 1)
    family, title = family[before:], family[:before]
    front = titles(given)
    given, title = given[front:], [*title, *given[:front]]
    given, particle = _cut(given, min(particles(given), max(len(given) - 1, 0)))
    surname = [*particle, *family]
    middle = max(len(given) - 1, 0)
    return Reading(
        [*title, *given, *surname, *suffix],
        [PREFIX] * len(title)
        + [FIRST] * (len(given) - middle)
        + [MIDDLE] * middle
        + [LAST] * len(surname)
        + [SUFFIX] * len(suffix),
    )


def _cut(words: list[str], count: int) -> tuple[list[str], list[str]]:
    """The words without the last ``count``, and those."""
    return words[: len(words) - count], words[len(words) - count :]
